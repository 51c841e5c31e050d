"""The application in a fresh demo for each test, on SQLite and on PostgreSQL alike."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from flask_migrate import upgrade

from dossiers import create_app
from dossiers.demo import load
from dossiers.extensions import db
from tests.people import Person
from tools.postgres_server import PostgresServer

ENGINES = os.environ.get("TEST_ENGINES", "sqlite,postgresql").split(",")
SEED = 2022


class World:
    """One application on one engine; `reset` puts its database back to the freshly loaded scene of the demo, which has
    `more` dossiers beside its own.
    """

    def __init__(
        self, engine: str, folder: Path, server: PostgresServer | None, scene: str = "bloc", more: int = 0
    ) -> None:
        self.engine = engine
        self.folder = folder
        self.server = server
        url = server.url("work") if server else f"sqlite:///{folder / 'work.db'}"
        self.app = create_app({"SQLALCHEMY_DATABASE_URI": url, "TESTING": True, "SIGN_IN_TRIES": 500})
        if server:
            server.execute("CREATE DATABASE work")
        with self.app.app_context():
            upgrade()
            load.load(more, SEED, scene)
            db.session.remove()
            db.engine.dispose()
        if server:
            server.execute("ALTER DATABASE work RENAME TO fresh")
        else:
            shutil.copy(folder / "work.db", folder / "fresh.db")

    def reset(self, to: str = "fresh") -> None:
        """Throw away what the test before did: the database is as it was loaded, or as it was kept under a name."""
        self._leave()
        if self.server:
            self.server.execute("DROP DATABASE IF EXISTS work WITH (FORCE)")
            self.server.execute(f"CREATE DATABASE work TEMPLATE {to} STRATEGY file_copy")
        else:
            for suffix in ("-wal", "-shm"):
                (self.folder / f"work.db{suffix}").unlink(missing_ok=True)
            shutil.copy(self.folder / f"{to}.db", self.folder / "work.db")

    def keep(self, name: str) -> None:
        """Keep the database as it now is, under a name."""
        self._leave()
        if self.server:
            self.server.execute(f"DROP DATABASE IF EXISTS {name}")
            self.server.execute(f"CREATE DATABASE {name} TEMPLATE work STRATEGY file_copy")
        else:
            shutil.copy(self.folder / "work.db", self.folder / f"{name}.db")

    def _leave(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the application runs on each engine; the browser sees the embedded one."""
    if "world" in metafunc.fixturenames:
        room = metafunc.module.__name__.split(".")[1]
        engines = {"browser": ["sqlite"], "postgres": ["postgresql"]}.get(room, ENGINES)
        if scene := getattr(metafunc.module, "SCENE", ""):
            engines = [f"{engine}-{scene}" for engine in engines]
        metafunc.parametrize("world", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The application on one engine, made once a run; a test module's SCENE is the scene of the demo it plays in."""
    engine, _, scene = request.param.partition("-")
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer()) if engine == "postgresql" else None
        yield World(engine, tmp_path_factory.mktemp(request.param), server, scene or "bloc")


@pytest.fixture(autouse=True, scope="session")
def own_instance(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tests never touch the developer's instance folder or settings."""
    for name in [name for name in os.environ if name.startswith("DOSSIERS_")]:
        del os.environ[name]
    os.environ["DOSSIERS_INSTANCE"] = str(tmp_path_factory.mktemp("instance"))
    os.environ["DOSSIERS_TEMPLATE_SECONDS"] = "40"  # on a busy machine the program that reads files begins late


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    """The application with the fresh demo; what a test sets is as it was for the next."""
    world.reset()
    settings = dict(world.app.config)
    yield world.app
    world.app.config.update(settings)


@pytest.fixture
def person(app: Flask) -> Callable[..., Person]:
    """Somebody of the demo, signed in: person("cell_secretary", "DB02-C3")."""

    def make(role: str, unit: str, language: str = "vi") -> Person:
        return Person(app, role, unit, language)

    return make


@pytest.fixture(autouse=True)
def quiet_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Collect the log instead of printing it."""
    with structlog.testing.capture_logs() as lines:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        yield lines
