"""Tests of the rules: a module with EVERY_BOOK runs under each rulebook, so that every edge is tried in each."""

from collections.abc import Iterator

import pytest

from tests.workflow import helpers
from workflow.rulebook import shipped


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of such a module once a rulebook."""
    if getattr(metafunc.module, "EVERY_BOOK", False):
        metafunc.parametrize("each_book", list(shipped()), indirect=True)


@pytest.fixture(autouse=True)
def each_book(request: pytest.FixtureRequest) -> Iterator[str]:
    """The rulebook that situations are judged by where a test names none."""
    before, helpers.BOOK = helpers.BOOK, getattr(request, "param", helpers.BOOK)
    yield helpers.BOOK
    helpers.BOOK = before
