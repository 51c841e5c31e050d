"""A demo prepared once, that servers are given copies of."""

import os
import subprocess
from pathlib import Path

import pytest

from dossiers.config import ROOT
from tests.security.served import flask


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with the demo in it."""
    folder = tmp_path_factory.mktemp("prepared")
    environment = {**os.environ, "DOSSIERS_INSTANCE": str(folder)}
    subprocess.run(flask("prepare"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return folder
