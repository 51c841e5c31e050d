"""A backup is encrypted and signed: what is changed, cut off, moved, foreign or plain is refused in one line."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from dossiers import create_app
from dossiers.backup import sealed
from dossiers.backup.sealed import BadBackup, Reader, Writer
from dossiers.extensions import db

KEY = "a key of the backups of a test, drawn by nobody"
PIECE = (1 << 16) + 16


def written(path: Path, content: bytes, key: str = KEY) -> Path:
    with path.open("wb") as file:
        writer = Writer(file, key)
        for at in range(0, len(content), 10_000):
            writer.write(content[at : at + 10_000])
        writer.close()
    return path


@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 << 16, 200_003])
def test_what_was_sealed_is_read_again_in_any_place(tmp_path: Path, size: int) -> None:
    content = Random(size).randbytes(size)
    path = written(tmp_path / "x", content)
    assert content[:64] not in path.read_bytes() or size < 4
    with io.BufferedReader(Reader(path, KEY)) as file:
        assert file.read() == content
        for at in {0, size // 3, max(0, size - 10), size}:
            file.seek(at)
            assert file.read(7) == content[at : at + 7]
        assert file.seek(0, io.SEEK_END) == size


def spoilt(path: Path, change: Callable[[bytes, int], bytes]) -> str:
    """What reading says after `change` of the file, whose pieces begin at the number it is given."""
    raw = path.read_bytes()
    head = len(raw) - (3 * PIECE + 1016)
    path.write_bytes(change(raw, head))
    with pytest.raises(BadBackup) as refused, io.BufferedReader(Reader(path, KEY)) as file:
        file.read()
    return str(refused.value)


CHANGES: dict[str, tuple[Callable[[bytes, int], bytes], str]] = {
    "a bit": (lambda raw, at: raw[: at + 99] + bytes([raw[at + 99] ^ 1]) + raw[at + 100 :], "was changed"),
    "the head": (lambda raw, at: raw[: at - 3] + bytes([raw[at - 3] ^ 1]) + raw[at - 2 :], "another key"),
    "cut inside a piece": (lambda raw, at: raw[:-500], "was cut off"),
    "cut between pieces": (lambda raw, at: raw[: at + 2 * PIECE], "was cut off"),
    "cut to nothing": (lambda raw, at: raw[:at], "was cut off"),
    "cut in its head": (lambda raw, at: raw[:30], "was cut off"),
    "pieces changed round": (
        lambda raw, at: raw[:at] + raw[at + PIECE :][:PIECE] + raw[at:][:PIECE] + raw[at + 2 * PIECE :],
        "was changed",
    ),
    "a piece left out": (lambda raw, at: raw[:at] + raw[at + PIECE :], "was c"),
    "a piece twice": (lambda raw, at: raw[: at + PIECE] + raw[at:], "was c"),
    "something behind it": (lambda raw, at: raw + b"more", "was cut off or changed"),
    "another file": (lambda raw, at: b"nothing of ours", "is no backup"),
    "nothing": (lambda raw, at: b"", "is no backup"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_done_to_the_file_is_seen(tmp_path: Path, what: str) -> None:
    path = written(tmp_path / "x", Random(1).randbytes((3 << 16) + 1000))
    change, says = CHANGES[what]
    assert says in spoilt(path, change)


def test_a_piece_of_another_backup_is_seen(tmp_path: Path) -> None:
    content = Random(2).randbytes((3 << 16) + 1000)
    other = written(tmp_path / "y", content).read_bytes()
    says = spoilt(written(tmp_path / "x", content), lambda raw, at: raw[:at] + other[at:][:PIECE] + raw[at + PIECE :])
    assert says == "was changed"


def test_the_same_content_is_never_the_same_file(tmp_path: Path) -> None:
    one, two = (written(tmp_path / name, b"x" * 1000).read_bytes() for name in "ab")
    assert one[60:] != two[60:]


# --- the commands ---------------------------------------------------------------------------------------------------


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def backup(app: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "nightly.backup"
    assert run(app, "backup", "create", str(path))[0] == 0
    return path


def content_of(app: Flask, path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BufferedReader(Reader(path, app.config["BACKUP_KEY"]))) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def packed(app: Flask, path: Path, content: dict[str, bytes], plain: bool = False) -> str:
    """A backup of this content, encrypted with the right key unless `plain`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, member in content.items():
            pack.writestr(name, member)
    path.write_bytes(made.getvalue()) if plain else written(path, made.getvalue(), app.config["BACKUP_KEY"])
    return str(path)


def refused(app: Flask, *arguments: str) -> str:
    code, output = run(app, *arguments)
    assert code == 2, output
    (line,) = output.splitlines()
    return line


def test_only_its_owner_reads_it_and_nobody_without_the_key(app: Flask, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    raw = backup.read_bytes()
    assert not any(sign in raw for sign in (b"PK\x03\x04", b"manifest", b"full_name", b"demo.example"))
    assert run(app, "backup", "verify", str(backup))[0] == 0


def test_a_folder_open_to_others_is_told(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    code, output = run(app, "backup", "create", str(folder / "b"))
    assert code == 0
    assert "is open to others" in output


def test_another_key_is_told_in_one_line(app: Flask, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "BACKUP_KEY", "another key that was drawn by chance 123")
    for command in ("verify", "restore"):
        assert "another key (DOSSIERS_BACKUP_KEY)" in refused(app, "backup", command, str(backup))
        assert "another key" in refused(app, "backup", command, "--unsigned", str(backup))


@pytest.mark.parametrize("length", [0, 10, 60, 5_000, -1])
def test_one_that_was_cut_off_is_told_in_one_line(app: Flask, backup: Path, length: int) -> None:
    backup.write_bytes(backup.read_bytes()[:length])
    for command in ("verify", "restore"):
        assert "was cut off" in refused(app, "backup", command, str(backup)) or length < 16


def test_no_file_and_a_folder_are_told_in_one_line(app: Flask, tmp_path: Path) -> None:
    assert "no such file" in refused(app, "backup", "verify", str(tmp_path / "none"))
    assert refused(app, "backup", "verify", str(tmp_path))
    assert refused(app, "backup", "create", str(tmp_path / "none" / "b"))
    assert refused(app, "backup", "create", str(tmp_path))


def test_nothing_is_left_of_one_that_could_not_be_written(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "_PIECE", 1000)
    seal = sealed._Cipher.seal

    def full(self: sealed._Cipher, content: bytes, number: int, is_last: bool) -> bytes:
        if number == 20:
            raise OSError(28, "No space left on device")
        return seal(self, content, number, is_last)

    monkeypatch.setattr(sealed._Cipher, "seal", full)
    assert "No space left" in refused(app, "backup", "create", str(tmp_path / "b"))
    assert list(tmp_path.iterdir()) == []


def test_a_plain_one_is_taken_only_when_told(app: Flask, backup: Path, tmp_path: Path) -> None:
    plain = packed(app, tmp_path / "plain", content_of(app, backup), plain=True)
    for command in ("verify", "restore"):
        assert "neither encrypted nor signed; --unsigned" in refused(app, "backup", command, plain)
    assert run(app, "backup", "verify", "--unsigned", plain)[0] == 0
    assert "not empty" in refused(app, "backup", "restore", "--unsigned", plain)


def test_one_that_is_not_signed_or_signed_by_another_is_taken_only_when_told(
    app: Flask, backup: Path, tmp_path: Path
) -> None:
    content = content_of(app, backup)
    signed = json.loads(content["manifest.sig"])
    unsigned = packed(app, tmp_path / "unsigned", {k: v for k, v in content.items() if k != "manifest.sig"})
    assert refused(app, "backup", "verify", unsigned)
    foreign = Ed25519PrivateKey.generate()
    theirs = {
        "public_key": foreign.public_key().public_bytes_raw().hex(),
        "signature": foreign.sign(b"dossiers.backup\n" + content["manifest.json"]).hex(),
    }
    other = packed(app, tmp_path / "foreign", {**content, "manifest.sig": json.dumps(theirs).encode()})
    for command in ("verify", "restore"):
        assert "signed by another instance" in refused(app, "backup", command, other)
    assert run(app, "backup", "verify", "--key", theirs["public_key"], other)[0] == 0
    assert run(app, "backup", "verify", "--unsigned", other)[0] == 0
    said = {**theirs, "public_key": signed["public_key"]}
    forged = packed(app, tmp_path / "forged", {**content, "manifest.sig": json.dumps(said).encode()})
    assert "does not fit" in refused(app, "backup", "verify", forged)


@pytest.mark.parametrize("member", ["event.jsonl", "account.jsonl", "dossier.jsonl", "manifest.json"])
def test_one_rewritten_by_who_has_the_key_of_backups_only_is_refused(
    app: Flask, backup: Path, tmp_path: Path, member: str
) -> None:
    """Whoever holds the key can encrypt anew; the sums stand in the manifest, and that is signed with another key."""
    content = content_of(app, backup)
    changed = content[member].replace(b"2", b"3", 1)
    assert changed != content[member]
    bad = packed(app, tmp_path / "bad", {**content, member: changed})
    assert refused(app, "backup", "verify", bad)
    gone = packed(app, tmp_path / "gone", {name: found for name, found in content.items() if name != member})
    assert refused(app, "backup", "verify", gone)


@pytest.mark.parametrize(
    "manifest",
    ["[]", "{}", "x", '{"format": 1}', '{"format": 1, "rows": {"event": 1}, "sha256": {}, "columns": {}}'],
)
def test_a_manifest_that_is_none_is_one_line(app: Flask, backup: Path, tmp_path: Path, manifest: str) -> None:
    content = {**content_of(app, backup), "manifest.json": manifest.encode()}
    assert refused(app, "backup", "verify", "--unsigned", packed(app, tmp_path / "bad", content, plain=True))


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"{}\n", b"null\n"])
def test_lines_that_are_none_are_one_line(app: Flask, backup: Path, tmp_path: Path, line: bytes) -> None:
    content = content_of(app, backup)
    for member in ("event.jsonl", "dossier.jsonl", "unit.jsonl"):
        bad = packed(app, tmp_path / "bad", {**content, member: line + content[member]}, plain=True)
        assert refused(app, "backup", "verify", "--unsigned", bad)


def test_with_another_data_key_nothing_is_restored(app: Flask, backup: Path, tmp_path: Path) -> None:
    names = ("SECRET_KEY", "BACKUP_KEY", "INSTANCE")
    settings = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'new.db'}", "TESTING": True}
    settings |= {name: app.config[name] for name in names}
    new = create_app({**settings, "DATA_KEY": "some other data key drawn by chance 4711"})
    assert run(new, "db", "upgrade")[0] == 0
    code, output = run(new, "backup", "restore", str(backup))
    right = create_app(settings | {"DATA_KEY": app.config["DATA_KEY"]})
    if code:
        assert "DOSSIERS_DATA_KEY" in output.splitlines()[-1]
        assert run(right, "backup", "restore", str(backup))[0] == 0, "it was still empty"
    for one in (new, right):
        with one.app_context():
            db.session.remove()
            db.engine.dispose()
