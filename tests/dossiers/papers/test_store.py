"""Scans in an S3-compatible store: as in the database in all that people and keepers do; away, it loses nothing."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers import create_app
from dossiers.backup import services as backup
from dossiers.config import SettingError, load
from dossiers.extensions import db, write_transaction
from dossiers.papers import files, keeping, objects, scanner
from dossiers.papers.models import FileChunk, StoredFile
from tests.dossiers.papers import samples
from tests.dossiers.papers.s3 import S3, running
from tests.dossiers.papers.test_scans import attach, case, secretary, send, stored, verified
from tests.people import Person, dossier, text_of

Maker = Callable[..., Person]
__all__ = ["case", "secretary"]  # fixtures


@pytest.fixture
def store(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with running() as made:
        for name, value in made.settings.items():
            monkeypatch.setitem(app.config, name, value)
        yield made
        assert made.badly_signed == 0


def cli(app: Flask, *args: str) -> str:
    done = app.test_cli_runner().invoke(args=list(args))
    assert done.exit_code == 0, done.output
    return str(done.output)


def chunks(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(FileChunk)) or 0)


def test_a_scan_stands_in_the_store_once_and_unreadable(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3
) -> None:
    code, paper = case
    before = chunks(app)
    seq = attach(secretary, code, paper, ("a.jpg", samples.jpeg()), ("b.pdf", samples.pdf(3)))
    assert len(store.objects) == 2 and chunks(app) == before
    assert all(name.startswith("of/us/") for name in store.objects)
    for content in store.objects.values():
        assert b"%PDF" not in content and b"JFIF" not in content and len(content) > 28
    assert secretary.get(f"/ho-so/{code}/ban-chup/{seq}/xem").body.startswith(b"%PDF-")
    attach(secretary, code, paper, ("again.jpg", samples.jpeg()), instead=True)
    assert len(store.objects) == 2, "the same file is stored once"
    assert verified(app) == []


def test_a_big_file_is_put_whole_and_read_again(app: Flask, store: S3) -> None:
    big = os.urandom(6_000_000)
    with app.app_context():
        sealed = files.put([files.seal(big, "pdf", 1, scanner.UNASKED)])
        with write_transaction():
            files.write(sealed)
        assert files.read(sealed[0].address) == big
        assert files.read_all([sealed[0].address]) == {sealed[0].address: big}
    assert [way for way, _name in store.asked].count("PUT") == 1


def test_while_the_store_is_away_nothing_is_recorded_and_the_page_says_so(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3
) -> None:
    code, paper = case
    seq = attach(secretary, code, paper, ("a.png", samples.png()))
    version, before = dossier(app, code).version, stored(app)
    store.is_away = True
    answer = send(secretary, code, paper, ("b.png", samples.png(shade=5)))
    assert answer.status_int == 503 and "Kho lưu bản chụp không trả lời" in text_of(answer)
    assert "mã tham chiếu" in text_of(answer)
    assert (dossier(app, code).version, stored(app)) == (version, before)
    looked = secretary.web.get(f"/ho-so/{code}/ban-chup/{seq}/trang/1", expect_errors=True)
    assert looked.status_int == 503 and "không mất gì" in text_of(looked)
    assert secretary.get(f"/ho-so/{code}/giay-to").status_int == 200, "all else goes on"
    assert any("does not answer" in line for line in verified(app))
    done = app.test_cli_runner().invoke(args=["backup", "create", str(Path(app.config["INSTANCE"]) / "no.zip")])
    assert done.exit_code == 2 and "not written" in done.output
    store.is_away = False
    attach(secretary, code, paper, ("b.png", samples.png(shade=5)))
    assert verified(app) == []


def test_what_an_act_left_that_was_not_written_is_swept_once_it_is_old(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3
) -> None:
    code, paper = case
    seq = attach(secretary, code, paper, ("a.png", samples.png()))
    with app.app_context():
        files.put([files.seal(b"cut off", "pdf", 1, scanner.UNASKED)])  # and its act is never written
        assert keeping.sweep() == 0, "it is young: its act may still come"
    store.objects["of/other/x"] = b"another instance's"
    store.put_at["of/other/x"] = next(iter(store.put_at.values()))
    store.grow_old()
    assert "1 loose objects" in cli(app, "papers", "sweep")
    assert "0 loose objects" in cli(app, "worker")
    assert len(store.objects) == 2 and "of/other/x" in store.objects
    secretary.get(f"/ho-so/{code}/ban-chup/{seq}/trang/1")


def test_two_who_send_the_same_file_at_once_store_it_once(app: Flask, store: S3) -> None:
    with app.app_context():
        first, second = (files.put([files.seal(b"same", "pdf", 1, scanner.UNASKED)]) for _ in range(2))
        assert len(store.objects) == 2
        for sealed in (first, second):
            with write_transaction():
                files.write(sealed)
        assert len(store.objects) == 1 and files.read(first[0].address) == b"same"


def test_a_transaction_taken_back_takes_no_object_away(app: Flask, store: S3) -> None:
    with app.app_context():
        sealed = files.put([files.seal(b"kept", "pdf", 1, scanner.UNASKED)])
        with write_transaction():
            files.write(sealed)
        with pytest.raises(RuntimeError), write_transaction():
            files.forget_unnamed([sealed[0].address])
            raise RuntimeError
        assert files.read(sealed[0].address) == b"kept"
        with write_transaction():
            files.forget_unnamed([sealed[0].address])
        assert store.objects == {}


def test_erasing_by_law_takes_the_objects_along(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3
) -> None:
    code, paper = case
    attach(secretary, code, paper, ("a.png", samples.png(shade=9)))
    secretary.act(code, "withdraw", reason="Chuyển đi.")
    assert len(store.objects) == 1
    cli(app, "dossiers", "erase", code, "--reason", "Theo luật.", "--as", "administrator.khoi@demo.example")
    assert store.objects == {} and verified(app) == []


@pytest.mark.parametrize("harm", ["gone", "changed", "cut", "another"])
def test_what_was_changed_in_the_store_is_named(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3, harm: str
) -> None:
    code, paper = case
    attach(secretary, code, paper, ("a.png", samples.png(shade=1)), ("b.png", samples.png(shade=2)))
    one, other = sorted(store.objects)
    if harm == "gone":
        del store.objects[one]
    elif harm == "another":
        store.objects[one] = store.objects[other]
    else:
        content = store.objects[one]
        store.objects[one] = content[:-1] if harm == "cut" else content[:-1] + bytes([content[-1] ^ 1])
    found = verified(app)
    assert len(found) == 1 and found[0].startswith(f"{code}: file "), found


def test_files_are_moved_there_and_back_and_their_key_changed_meanwhile(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = chunks(app)
    assert before and "went to the store" in cli(app, "papers", "move-files")
    assert chunks(app) == 0 and len(store.objects) == stored(app) and verified(app) == []
    assert '"files": 0' in cli(app, "papers", "move-files", "--json"), "nothing is moved twice"
    monkeypatch.setitem(app.config, "FILE_KEY", "n" * 40)
    monkeypatch.setitem(app.config, "FILE_KEY_BEFORE", app.config["DATA_KEY"])
    cli(app, "papers", "rotate-key")
    monkeypatch.setitem(app.config, "FILE_KEY_BEFORE", None)
    assert verified(app) == []
    monkeypatch.setitem(app.config, "SCAN_STORE", "database")
    assert verified(app) == [], "what is there is read, wherever new files go"
    attach(secretary, *case, ("a.png", samples.png(shade=77)))
    assert "went to the database" in cli(app, "papers", "move-files")
    assert store.objects == {} and chunks(app) == before + 1 and verified(app) == []


def test_moving_stops_at_a_damaged_file_and_loses_nothing(app: Flask, store: S3) -> None:
    with app.app_context(), write_transaction():
        last = db.session.scalar(select(func.max(StoredFile.address)))
        db.session.execute(FileChunk.__table__.update().where(FileChunk.address == last).values(content=b"x" * 40))
    count = stored(app)
    done = app.test_cli_runner().invoke(args=["papers", "move-files"])
    assert done.exit_code == 2 and "is damaged" in done.output
    assert len(store.objects) == count - 1 and chunks(app) >= 1
    store.is_away = True
    done = app.test_cli_runner().invoke(args=["papers", "move-files", "--to", "database"])
    assert done.exit_code == 2 and "does not answer" in done.output and len(store.objects) == count - 1


def test_a_backup_carries_what_is_in_the_store_and_is_restored_without_one(
    app: Flask, case: tuple[str, str], secretary: Person, store: S3, tmp_path: Path
) -> None:
    with app.app_context():
        address = str(db.session.scalar(select(func.max(StoredFile.address))))
        content = files.read(address)
    cli(app, "papers", "move-files")
    attach(secretary, *case, ("a.png", samples.png(shade=31)))
    path = tmp_path / "b.zip"
    with app.app_context():
        backup.create(path)
        backup.verify(path)
    settings: dict[str, Any] = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'new.db'}", "TESTING": True}
    other = create_app({**settings, **{name: app.config[name] for name in ("SECRET_KEY", "DATA_KEY", "BACKUP_KEY")}})
    with other.app_context():
        from flask_migrate import upgrade

        upgrade()
        backup.restore(path)
        assert files.read(address) == content and files.folder() is None
    assert verified(other) == [] and stored(other) == stored(app)
    other.config.update(store.settings)
    held = dict(store.objects)
    cli(other, "papers", "move-files")
    store.grow_old()
    cli(other, "papers", "sweep")
    assert held.items() <= store.objects.items(), "the copy takes nothing of the other's away"


def test_many_who_look_at_once_share_the_store(app: Flask, case: tuple[str, str], secretary: Person, store: S3) -> None:
    attach(secretary, *case, ("a.png", samples.png(shade=12)))
    with app.app_context():
        address = str(db.session.scalar(select(StoredFile.address).where(StoredFile.object != "")))
        read: list[int] = []

        def look() -> None:
            with app.app_context():
                read.append(len(files.read(address)))

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read) == 8 and len(set(read)) == 1


GOOD = {
    "DOSSIERS_SCAN_STORE": "s3", "DOSSIERS_S3_URL": "http://127.0.0.1:9000/scans/a", "DOSSIERS_S3_ACCESS_KEY": "a",
    "DOSSIERS_S3_SECRET_KEY": "b",
}  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        {"DOSSIERS_SCAN_STORE": "disk"}, {"DOSSIERS_S3_URL": ""}, {"DOSSIERS_S3_ACCESS_KEY": ""},
        {"DOSSIERS_S3_SECRET_KEY": ""}, {"DOSSIERS_S3_URL": "127.0.0.1:9000/scans"},
        {"DOSSIERS_S3_URL": "http://127.0.0.1:9000"}, {"DOSSIERS_S3_URL": "http://a:b@127.0.0.1/scans"},
        {"DOSSIERS_SCAN_STORE": "database", "DOSSIERS_S3_SECRET_KEY": ""}, {"DOSSIERS_S3_SECONDS": "0"},
    ],
)  # fmt: skip
def test_a_store_nobody_could_use_stops_the_start(bad: dict[str, str]) -> None:
    env = {**GOOD, "DOSSIERS_INSTANCE": os.environ["DOSSIERS_INSTANCE"]}
    assert load(env)["SCAN_STORE"] == "s3"
    with pytest.raises(SettingError):
        load({**env, **bad})


def test_the_library_is_only_there_where_a_store_is_used(app: Flask) -> None:
    import subprocess
    import sys

    code = "import wsgi, sys; assert 'minio' not in sys.modules and 'urllib3' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert objects.is_used.__module__ == "dossiers.papers.objects"
