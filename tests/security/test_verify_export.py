"""tools/verify_export.py: one file, run by a plain Python somewhere else, says what is wrong with an exported log."""

import ast
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dossiers import chain
from dossiers.config import ROOT
from tests.conftest import World
from tools.verify_export import is_signed

PROGRAM = ROOT / "tools" / "verify_export.py"
Lines = list[dict[str, Any]]


def verify(path: Path, *more: str) -> tuple[int, list[str], str]:
    """Run it alone: exit code, lines of findings, last line. Nothing of this project or its environment is in reach."""
    command = [sys.executable, "-I", "-S", str(PROGRAM), str(path), *more]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env={}, check=False)
    *findings, last = done.stdout.splitlines() or [done.stderr]
    return done.returncode, findings, last


@pytest.fixture(scope="module")
def exported(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An export of the demo, and the key it is signed with."""
    world.reset()
    path = tmp_path_factory.mktemp("elsewhere") / "events.gz"
    done = world.app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(path), "--json"])
    return path, str(json.loads(done.output)["public_key"])


def read(path: Path) -> Lines:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path: Path, lines: Lines) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return path


def test_a_whole_export_is_whole(exported: tuple[Path, str]) -> None:
    path, key = exported
    lines = read(path)
    dossiers = len({line["code"] for line in lines if line["kind"] == "event"})
    assert verify(path, "--key", key) == (0, [], f"{dossiers} dossiers, {len(lines) - 1} events: whole.")
    code, _findings, last = verify(path, "--any-key")
    assert (code, last.endswith("Nothing says whose it is: no key was given.")) == (0, True)
    told = json.loads("\n".join([*(got := verify(path, "--key", key.upper(), "--json"))[1], got[2]]))
    assert told["findings"] == []


AT = 1000
"""The line that is tampered with, counted from 0: in the midst of a dossier."""


def _middle(lines: Lines) -> int:
    """A line in the midst of a dossier, with others of it before and behind."""
    return next(i for i in range(AT, len(lines)) if lines[i]["seq"] == 4 and lines[i + 2]["code"] == lines[i]["code"])


def changed(lines: Lines, at: int) -> str:
    lines[at]["actor_id"] += 1
    return "event 4: its content was changed"


def removed(lines: Lines, at: int) -> str:
    del lines[at]
    return "event 4 is missing"


def inserted(lines: Lines, at: int) -> str:
    """One that fits its own hash."""
    forged = {**lines[at], "prev_hash": lines[at]["hash"], "seq": 5, "trigger": "withdraw"}
    forged["hash"] = chain.event_hash(forged["code"], forged)
    lines.insert(at + 1, forged)
    return "event 5 comes again, or in the wrong place"


def reordered(lines: Lines, at: int) -> str:
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "event 4 is missing"


def doubled(lines: Lines, at: int) -> str:
    lines.insert(at, dict(lines[at]))
    return "event 4 comes again, or in the wrong place"


def moved_to_another(lines: Lines, at: int) -> str:
    """To a dossier further down."""
    there = next(i for i in range(at, len(lines)) if lines[i]["code"] != lines[at]["code"])
    lines.insert(there + 2, lines.pop(at))
    return "event 4 is missing"


def another_code(lines: Lines, at: int) -> str:
    lines[at]["code"] = "HS1999-000001"
    return "has the number of"


def something_beside(lines: Lines, at: int) -> str:
    """What no hash covers has no place in the file."""
    lines[at]["note"] = "Đã duyệt"
    return "is no event as they are exported (note)"


def something_less(lines: Lines, at: int) -> str:
    del lines[at]["body"]
    return "is no event as they are exported (body)"


def no_hash(lines: Lines, at: int) -> str:
    lines[at]["hash"] = None
    return "its number, code or hash is none"


ONE = (changed, removed, inserted, reordered, doubled, moved_to_another, another_code, something_beside, something_less,
       no_hash)  # fmt: skip


@pytest.mark.parametrize("tamper", ONE, ids=lambda tamper: tamper.__name__)
def test_a_tampered_line_is_named_with_its_dossier(
    exported: tuple[Path, str], tmp_path: Path, tamper: Callable[[Lines, int], str]
) -> None:
    path, key = exported
    lines = read(path)
    at = _middle(lines)
    code = lines[at]["code"]
    wanted = tamper(lines, at)
    exit_code, findings, last = verify(write(tmp_path / "tampered.gz", lines), "--key", key)
    assert exit_code == 1
    first = findings[0]
    assert wanted in first, findings
    assert first.startswith("line ")
    assert abs(int(first.split(":")[0].removeprefix("line ")) - (at + 1)) <= 2
    assert code in first or tamper is another_code, findings
    assert last.endswith(f"{len(findings)} findings.")


def test_every_place_is_named_not_only_the_first(exported: tuple[Path, str], tmp_path: Path) -> None:
    path, key = exported
    lines = read(path)
    places = [i for i, line in enumerate(lines) if line.get("seq") == 2 and line["kind"] == "event"][::20]
    for at in places:
        lines[at]["actor_id"] += 1
    _code, findings, _last = verify(write(tmp_path / "x.gz", lines), "--key", key)
    assert findings == [f"line {at + 1}: {lines[at]['code']}: event 2: its content was changed" for at in places]
    few = verify(tmp_path / "x.gz", "--key", key, "--most", "2")
    assert few[1] == [*findings[:2], f"... and {len(findings) - 2} more"]


@pytest.mark.parametrize("how", ["lines", "bytes"])
def test_a_truncated_file_is_named(exported: tuple[Path, str], tmp_path: Path, how: str) -> None:
    path, key = exported
    lines = read(path)
    short = tmp_path / "short.gz"
    if how == "lines":
        write(short, lines[:-5])
    else:
        short.write_bytes(path.read_bytes()[:-20_000])
    exit_code, findings, _last = verify(short, "--key", key)
    assert exit_code == 1
    assert any("CHECKPOINT: counts" in line for line in findings)
    assert any("breaks off" in line for line in findings) is (how == "bytes")


def _rewritten(lines: Lines, at: int) -> str:
    """One dossier's chain from an event on, with every hash made again; its code."""
    code, last = lines[at]["code"], lines[at]["prev_hash"]
    lines[at]["actor_id"] += 1
    while at < len(lines) and lines[at].get("code") == code:
        lines[at]["prev_hash"] = last
        last = lines[at]["hash"] = chain.event_hash(code, lines[at])
        at += 1
    return str(code)


def test_a_chain_made_again_does_not_give_the_signed_root(exported: tuple[Path, str], tmp_path: Path) -> None:
    path, key = exported
    lines = read(path)
    at = _middle(lines)
    code = _rewritten(lines, at)
    other = write(tmp_path / "rewritten.gz", lines)
    ends = "line 1: CHECKPOINT: the chains end otherwise than was signed: one was cut, made again, added or taken away"
    assert verify(other, "--key", key)[:2] == (1, [ends])
    _exit, findings, _last = verify(other, "--key", key, "--earlier", str(path))
    assert findings[0] == ends
    assert findings[1] == f"line {at + 1}: {code}: event 4 is another than in the earlier export"
    assert all(f": {code}: " in line for line in findings[1:]), "this dossier and no other"


def test_a_dossier_taken_away_whole_is_named_by_an_earlier_export(exported: tuple[Path, str], tmp_path: Path) -> None:
    path, key = exported
    lines = read(path)
    code = lines[_middle(lines)]["code"]
    without = write(tmp_path / "without.gz", [line for line in lines if line.get("code") != code])
    _exit, findings, _last = verify(without, "--key", key)
    assert len(findings) == 3, "two figures, and the root"
    assert any(f"{code}: event 1 is in the earlier export" in line
               for line in verify(without, "--key", key, "--earlier", str(path))[1])  # fmt: skip


def _signed_anew(lines: Lines) -> None:
    key = Ed25519PrivateKey.generate()
    lines[0]["public_key"] = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    content = [lines[0][name] for name in ("made_at", "dossiers", "events", "root")]
    lines[0]["signature"] = key.sign(json.dumps(content, separators=(",", ":")).encode()).hex()


def test_the_checkpoint_missing_changed_or_signed_by_another(exported: tuple[Path, str], tmp_path: Path) -> None:
    path, key = exported
    lines = read(path)
    exit_code, findings, _last = verify(write(tmp_path / "none.gz", lines[1:]), "--key", key)
    assert exit_code == 1
    assert findings == [
        "line 1: CHECKPOINT: is missing: nothing says where the chains must end, nor who vouches for them"
    ]
    lines[0]["made_at"] = "2020-01-01T00:00:00.000000Z"
    assert verify(write(tmp_path / "changed.gz", lines), "--key", key)[1] == [
        "line 1: CHECKPOINT: its signature does not fit"
    ]
    _signed_anew(lines)
    forged = write(tmp_path / "forged.gz", lines)
    assert verify(forged, "--key", key)[:2] == (
        1, ["line 1: CHECKPOINT: is signed with another key than the one you gave"],
    )  # fmt: skip
    assert verify(forged, "--any-key")[0] == 0, "that is what the key is for"
    assert verify(path, "--key", "ab" * 32)[0] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"no gzip", "Not a gzipped file"),
        (gzip.compress(b"[]\n", mtime=0), "is no object"),
        (gzip.compress(b"{\n", mtime=0), "is not JSON"),
        (gzip.compress(b"\xff\n", mtime=0), "is not JSON"),
        (gzip.compress(b"{}", mtime=0), "breaks off"),
    ],
)
def test_what_is_no_export_is_said_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    exit_code, findings, last = verify(path, "--any-key")
    assert (exit_code, findings) == (2, [])
    assert said in last
    assert "Traceback" not in last


def test_the_command_line(exported: tuple[Path, str]) -> None:
    path, _key = exported
    assert verify(path)[0] == 2, "the key is asked for"
    assert verify(path, "--key", "abc")[0] == 2
    assert verify(path.with_name("nothing.gz"), "--any-key")[0] == 2
    exit_code, told, _last = verify(path, "--help")
    assert exit_code == 0
    assert any("Exit codes" in line for line in told)


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported <= sys.stdlib_module_names


def test_signatures_are_judged_as_the_library_judges_them() -> None:
    for number in range(8):
        key, message = Ed25519PrivateKey.generate(), b"m" * number
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        signature = key.sign(message)
        assert is_signed(message, signature.hex(), public.hex())
        assert not is_signed(message + b".", signature.hex(), public.hex())
        for at in (0, 31, 32, 63):
            other = bytearray(signature)
            other[at] ^= 1
            assert not is_signed(message, other.hex(), public.hex())
    assert not is_signed(b"", "00" * 64, "01" + "00" * 31), "a key that signs anything"
    assert not is_signed(b"", "x" * 128, "y" * 64)
