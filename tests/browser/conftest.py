"""A real browser before a real server, each test with the fresh demo."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

from dossiers.extensions import db
from tests.browser.user import User
from tests.conftest import World

FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's chromium, headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "chromium is missing: sudo apt-get install chromium"
    flags = [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


def _until_closed(server: Any) -> None:
    with suppress(OSError):  # closing it pulls the socket from under its loop
        server.run()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The address of the application, served as `flask serve` does."""
    world.reset()
    server = create_server(world.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=_until_closed, args=(server,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)
    with world.app.app_context():
        db.engine.dispose()


@pytest.fixture
def user(browser: Browser, address: str) -> Iterator[User]:
    """Somebody in front of the browser."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(8000)
    someone = User(context.new_page(), address)
    yield someone
    assert someone.errors == [], "the browser complained"
    context.close()
