"""The store: what is changed in it is named, keys are changed, files go with a backup and when a person is erased."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from dossiers import create_app
from dossiers.backup import services as backup
from dossiers.config import ROOT, SettingError, load
from dossiers.extensions import db, write_transaction
from dossiers.papers import files, scanner
from dossiers.papers.models import FileChunk, StoredFile
from tests.conftest import World
from tests.dossiers.audit.test_audit import run
from tests.dossiers.papers import samples
from tests.dossiers.papers.test_scans import attach, case, secretary, send, stored, verified
from tests.people import Person, dossier, text_of

Maker = Callable[..., Person]
__all__ = ["case", "secretary"]  # fixtures

BIG = os.urandom(700_000)
"""More than two pieces."""


@pytest.fixture
def held(app: Flask, case: tuple[str, str], secretary: Person) -> tuple[str, int, str]:
    """A dossier with a scan: its code, the event, the address of its only file."""
    code, paper = case
    seq = attach(secretary, code, paper, ("a.png", samples.png()))
    with app.app_context():
        address = db.session.scalar(text(f"SELECT address FROM scan_file WHERE seq = {seq} AND dossier_id = "
                                         f"{dossier(app, code).id}"))  # fmt: skip
    return code, seq, str(address)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM file_chunk WHERE address = '{a}'", "pieces of it are missing"),
        ("UPDATE file_chunk SET content = X'00112233445566778899AABBCCDDEEFF00' WHERE address = '{a}'", "was changed"),
        ("UPDATE stored_file SET kind = 'pdf' WHERE address = '{a}'", "key cannot be opened"),
        ("UPDATE stored_file SET pages = 9 WHERE address = '{a}'", "key cannot be opened"),
        ("UPDATE scan_file SET address = '{o}' WHERE address = '{a}'", "scan_file {s} 0: address is not what"),
        ("DELETE FROM scan_file WHERE address = '{a}'", "scan_file {s} 0: the row is missing"),
        ("UPDATE paper_scan SET leaves = '0.1.90' WHERE seq = {s} AND dossier_id = {d}", "leaves is not what"),
        ("DELETE FROM paper_scan WHERE seq = {s} AND dossier_id = {d}", "paper_scan {s}: the row is missing"),
        (
            "DELETE FROM file_chunk WHERE address = '{a}'; DELETE FROM stored_file WHERE address = '{a}'",
            "the file is missing",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(
    app: Flask, world: World, held: tuple[str, int, str], statement: str, says: str
) -> None:
    code, seq, address = held
    with app.app_context():
        other = db.session.scalar(select(StoredFile.address).where(StoredFile.address != address))
    values = {"a": address, "s": seq, "d": dossier(app, code).id, "o": other}
    if world.engine == "postgresql":
        statement = statement.replace("X'", "'\\x")
    run(app, *statement.format(**values).split("; "))
    found = verified(app)
    assert any(line.startswith(f"{code}: ") and says.format(**values) in line for line in found), found
    done = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert done.exit_code == 1 and says.format(**values) in done.output


def test_one_file_put_in_the_place_of_another_is_named(app: Flask, held: tuple[str, int, str]) -> None:
    _code, _seq, address = held
    with app.app_context():
        other = db.session.scalar(
            select(StoredFile.address).where(StoredFile.kind == "png", StoredFile.address != address)
        )
        chunk = db.session.scalar(select(FileChunk.content).where(FileChunk.address == other))
        db.session.execute(FileChunk.__table__.update().where(FileChunk.address == address).values(content=chunk))
        db.session.commit()
    assert any("its content was changed" in line for line in verified(app))


def test_pieces_are_put_together_again_and_need_their_order(app: Flask) -> None:
    with app.app_context(), write_transaction():
        sealed = files.seal(BIG, "pdf", 1, scanner.UNASKED)
        files.write([sealed, sealed])
    with app.app_context():
        assert len(sealed.chunks) == 3
        assert files.read(sealed.address) == BIG
        assert BIG[:64] not in b"".join(db.session.scalars(select(FileChunk.content)))
        for nr, new in ((0, 7), (1, 0), (7, 1)):
            moved = FileChunk.__table__.update().where(FileChunk.address == sealed.address, FileChunk.nr == nr)
            db.session.execute(moved.values(nr=new))
        with pytest.raises(files.Damaged):
            files.read(sealed.address)
        db.session.rollback()


def test_the_address_is_a_secret_of_the_instance(app: Flask) -> None:
    import hashlib

    with app.app_context():
        assert files.seal(b"x", "png", 1, "clean").address != hashlib.sha256(b"x").hexdigest()
        assert files.seal(b"x", "png", 1, "clean").address == files.seal(b"x", "png", 1, "clean").address


def test_the_key_is_changed_and_the_old_one_opens_nothing(
    app: Flask, held: tuple[str, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, address = app.test_cli_runner(), held[2]
    monkeypatch.setitem(app.config, "FILE_KEY", "n" * 40)
    assert any("key" in line for line in verified(app)), "nothing opens yet"
    refused = cli.invoke(args=["papers", "rotate-key"])
    assert refused.exit_code == 2 and "nothing was written" in refused.output
    monkeypatch.setitem(app.config, "FILE_KEY_BEFORE", app.config["DATA_KEY"])
    assert verified(app) == [], "meanwhile both do"
    done = cli.invoke(args=["papers", "rotate-key", "--json"])
    assert done.exit_code == 0 and '"files"' in done.output
    monkeypatch.setitem(app.config, "FILE_KEY_BEFORE", None)
    assert verified(app) == []
    monkeypatch.setitem(app.config, "FILE_KEY", None)
    with app.app_context(), pytest.raises(files.Damaged):
        files.read(address)


def test_a_backup_carries_the_files(app: Flask, held: tuple[str, int, str], tmp_path: Path) -> None:
    with app.app_context(), write_transaction():
        files.write([files.seal(BIG, "pdf", 1, scanner.UNASKED)])
    path = tmp_path / "b.zip"
    with app.app_context():
        told = backup.create(path)
        before = files.read(held[2])
        assert told["rows"]["file_chunk"] == db.session.scalar(select(func.count()).select_from(FileChunk))
    settings = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'new.db'}", "TESTING": True}
    other = create_app({**settings, **{name: app.config[name] for name in ("SECRET_KEY", "DATA_KEY")}})
    with other.app_context():
        from flask_migrate import upgrade

        upgrade()
        backup.restore(path)
        assert files.read(held[2]) == before
    assert verified(other) == []


def test_what_is_erased_by_law_takes_its_files_along_but_none_that_others_have(
    app: Flask, case: tuple[str, str], secretary: Person
) -> None:
    code, paper = case
    with app.app_context():
        shared = files.read(str(db.session.scalar(select(StoredFile.address).where(StoredFile.kind == "png"))))
    before = stored(app)
    attach(secretary, code, paper, ("a.png", shared), ("b.jpg", samples.jpeg()))
    assert stored(app) == before + 1
    secretary.act(code, "withdraw", reason="Chuyển đi.")
    done = app.test_cli_runner().invoke(
        args=["dossiers", "erase", code, "--reason", "Theo luật.", "--as", "administrator.khoi@demo.example"]
    )
    assert done.exit_code == 0, done.output
    assert stored(app) == before
    assert verified(app) == []


# --- the virus scanner ---


class Clamd:
    """Answers as clamd does, or not at all."""

    def __init__(self) -> None:
        self.answer, self.seen = b"stream: OK\0", b""
        self._line = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._line.getsockname()[1]}"
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                asked, _who = self._line.accept()
            except OSError:
                return
            with asked, asked.makefile("rb") as line:
                assert line.read(10) == b"zINSTREAM\0"
                self.seen = b""
                while size := int.from_bytes(line.read(4), "big"):
                    self.seen += line.read(size)
                if self.answer:
                    asked.sendall(self.answer)

    def stop(self) -> None:
        self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()


@pytest.fixture
def clamd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clamd]:
    made = Clamd()
    monkeypatch.setitem(app.config, "VIRUS_SCANNER", made.address)
    monkeypatch.setitem(app.config, "VIRUS_SCANNER_SECONDS", 3)
    yield made
    made.stop()


def test_what_the_virus_scanner_finds_is_refused(
    app: Flask, case: tuple[str, str], secretary: Person, clamd: Clamd
) -> None:
    code, paper = case
    before, sent = stored(app), samples.png()
    clamd.answer = b"stream: Eicar-Signature FOUND\0"
    answer = send(secretary, code, paper, ("a.png", sent))
    assert answer.status_int == 422 and "có mã độc" in text_of(answer)
    assert clamd.seen == sent, "it sees what was sent, not what is kept of it"
    assert stored(app) == before
    clamd.answer = b"stream: OK\0"
    seq = attach(secretary, code, paper, ("a.png", sent))
    assert secretary.get(f"/ho-so/{code}/ban-chup/{seq}").html.select("figure img")


def test_a_file_waits_unseen_until_it_answered(
    app: Flask, case: tuple[str, str], secretary: Person, clamd: Clamd
) -> None:
    code, paper = case
    clamd.answer = b""
    seq = attach(secretary, code, paper, ("a.png", samples.png()), ("b.pdf", samples.pdf()))
    page = secretary.get(f"/ho-so/{code}/ban-chup/{seq}")
    assert "Đang chờ phần mềm diệt vi-rút" in text_of(page) and not page.html.select("figure img, iframe")
    for way in ("trang/1", "xem", "in", "tai-ve"):
        secretary.get(f"/ho-so/{code}/ban-chup/{seq}/{way}", status=404)
    cli = app.test_cli_runner()
    assert "0 files answered for, 2 wait" in cli.invoke(args=["papers", "ask-scanner"]).output
    clamd.answer = b"stream: OK\0"
    assert "2 files answered for by the virus scanner, 0 wait" in cli.invoke(args=["worker"]).output
    assert secretary.get(f"/ho-so/{code}/ban-chup/{seq}").html.select("iframe")
    clamd.answer = b""
    seq = attach(secretary, code, paper, ("c.png", samples.png(shade=3)), instead=True)
    clamd.answer = b"stream: X FOUND\0"
    cli.invoke(args=["papers", "ask-scanner"])
    assert "báo có mã độc" in text_of(secretary.get(f"/ho-so/{code}/ban-chup/{seq}"))
    secretary.get(f"/ho-so/{code}/ban-chup/{seq}/trang/1", status=404)
    assert verified(app) == []


@pytest.mark.parametrize("bad", ["clamd", "http://a:1", "unix:", "tcp://", "unix:relative"])
def test_a_scanner_nobody_could_ask_stops_the_start(bad: str) -> None:
    with pytest.raises(SettingError):
        load({"DOSSIERS_VIRUS_SCANNER": bad, "DOSSIERS_INSTANCE": os.environ["DOSSIERS_INSTANCE"]})


# --- cut off ---

_WRITER = """
import os, sys
from dossiers import create_app
from dossiers.extensions import write_transaction
from dossiers.papers import files
app = create_app({"SQLALCHEMY_DATABASE_URI": sys.argv[1], "DATA_KEY": sys.argv[2], "SECRET_KEY": sys.argv[2]})
with app.app_context():
    print("ready", flush=True)
    while True:
        sealed = files.seal(os.urandom(900_000), "pdf", 1, "clean")
        with write_transaction():
            files.write([sealed])
        print(sealed.address, flush=True)
"""


def test_a_program_that_is_killed_while_it_stores_leaves_nothing_half(app: Flask, world: World, tmp_path: Path) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    acknowledged: list[str] = []
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for round_ in range(ROUNDS):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, app.config["DATA_KEY"]], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert writer.stdout and writer.stdout.readline() == "ready\n"
        threading.Event().wait(0.02 + 0.013 * (round_ % 17))
        writer.send_signal(signal.SIGKILL)
        lines = writer.stdout.read().splitlines(keepends=True)
        acknowledged += [line.strip() for line in lines if line.endswith("\n")]
        writer.wait()
    with app.app_context():
        assert [what for _address, what in files.check()] == []
        assert set(acknowledged) <= set(db.session.scalars(select(StoredFile.address)))


ROUNDS = int(os.environ.get("KILL_ROUNDS", "4"))
"""More of them by a variable of the environment; 50 were run."""
