#!/usr/bin/env python3
"""Check an exported log of admission dossiers on any machine: one file, plain Python 3.8 or newer, nothing to install.

An instance writes the file with `flask --app wsgi audit checkpoint --file FILE`: gzip, a JSON object a line. The first
line is the checkpoint (time, figures, root, signature, public key); then come the events of the office, then those of
the dossiers, each dossier's together. Checked are, line by line and without keeping them:

- that each event's hash is that of its content, and that it names the hash of the event before it (SHA-256);
- that a dossier's events are numbered 1, 2, 3 …, none missing, none doubled, and stand together;
- that who acts in somebody's place was lent a role by just them, in force that day, as the office's log says;
- that figures and Merkle root over the ends of all chains are those of the checkpoint;
- that the checkpoint is signed (Ed25519) with the key you were given on paper.

What it cannot show: that something was never recorded; who a number or a code belongs to (names are not in the file);
and, by one file alone, which dossier it is when a whole chain was made again and fits itself: compare it then with an
earlier export (--earlier), which names each dossier that is not as it was.

Exit codes: 0 everything fits and the key is the one given; 1 something is wrong; 2 the file cannot be read as an
export, or the command line cannot be understood.
"""

import argparse
import datetime
import gzip
import hashlib
import json
import re
import sys
import typing
import zlib

GENESIS = "0" * 64
SIGNED = ("made_at", "dossiers", "events", "root")
EVENT = (
    "seq",
    "trigger",
    "from_state",
    "to_state",
    "happened_on",
    "recorded_at",
    "actor_id",
    "actor_role",
    "unit_id",
    "rulebook",
    "body",
    "commitment",
    "prev_hash",
    "act_key",
)
OFFICE = ("seq", "topic", "recorded_at", "actor_id", "unit_id", "body", "prev_hash")
EVENT_FIELDS = frozenset((*EVENT, "kind", "code", "dossier_id", "hash"))
OFFICE_FIELDS = frozenset((*OFFICE, "kind", "commitment", "hash"))
LONGEST = 64 * 1024 * 1024
"""Characters of a line: the first event of the office holds every row there was."""

Row = typing.Dict[str, typing.Any]
Say = typing.Callable[[int, str, str], None]
"""Told what is wrong: at which line, in whose chain, what."""
Point = typing.Tuple[int, int, int, int]

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Unreadable(Exception):
    """The file is no export, or cannot be read to its end; the message is one line."""


# --- reading ------------------------------------------------------------------------------------------------------


def lines(path: str) -> typing.Iterator[typing.Tuple[int, Row]]:
    """(number, object) of each line. Raises Unreadable where the file breaks off or holds what is no object."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            while True:
                text = file.readline(LONGEST)
                if not text:
                    return
                number += 1
                if not text.endswith("\n"):
                    raise Unreadable(f"line {number}: the file breaks off in it")
                found = json.loads(text)
                if not isinstance(found, dict):
                    raise Unreadable(f"line {number}: is no object")
                yield number, found
    except (EOFError, zlib.error):
        raise Unreadable(f"after line {number}: the file breaks off or is damaged") from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unreadable(f"line {number + 1}: is not JSON") from None
    except OSError as error:
        raise Unreadable(f"after line {number}: {error}") from None


# --- chains -------------------------------------------------------------------------------------------------------


class Root:
    """The Merkle root over all ends of chains, made as they come: of each size of tree at most one is kept."""

    def __init__(self) -> None:
        self.trees: typing.List[typing.Tuple[int, bytes]] = []

    def add(self, code: str, seq: int, event_hash: str) -> None:
        """One more end of a chain."""
        size, node = 1, hashlib.sha256(b"\x00" + f"{code}:{seq}:{event_hash}".encode()).digest()
        while self.trees and self.trees[-1][0] == size:
            node = hashlib.sha256(b"\x01" + self.trees.pop()[1] + node).digest()
            size *= 2
        self.trees.append((size, node))

    def value(self) -> str:
        """The root in hex digits."""
        if not self.trees:
            return GENESIS
        node = self.trees[-1][1]
        for _size, left in reversed(self.trees[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


VIETNAM = datetime.timedelta(hours=7)
LENDING = ("role:lent", "role:lent_ended")
"""Topics in which `behalf` says whose role is lent."""


def day(stamp: typing.Any) -> str:
    """The day in Vietnam of a moment of recording; "" for what is none."""
    try:
        moment = datetime.datetime.strptime(f"{str(stamp)[:19]}+0000", "%Y-%m-%dT%H:%M:%S%z")
        return str((moment + VIETNAM).date())
    except ValueError:
        return ""


class Lendings:
    """Roles that were lent, day by day, as the events of the office say, which come first in the file."""

    def __init__(self) -> None:
        self.rows: typing.Dict[str, typing.List[typing.Tuple[str, typing.Dict[str, typing.Any]]]] = {}

    def read(self, row: Row) -> None:
        """One event of the office."""
        if '"role_assignment"' not in str(row["body"]):
            return
        try:
            body = json.loads(row["body"])
            changes = [change for change in body.get("rows", []) if change[0] == "role_assignment"]
            for _table, key, shown in changes:
                told = self.rows.setdefault(key, [])
                told.append(("" if body.get("whole") and not told else day(row["recorded_at"]), shown or {}))
        except (AttributeError, IndexError, TypeError, ValueError):
            pass  # its content was changed, and that is said

    def fault(self, row: Row) -> str:
        """What is wrong with in whose place an act says it was done; "" when nothing is."""
        if '"behalf"' not in str(row["body"]):
            return ""
        try:
            lender = json.loads(row["body"]).get("behalf")
        except (AttributeError, TypeError, ValueError):
            return ""
        if lender is None or row.get("topic") in LENDING:
            return ""
        at = day(row["recorded_at"])
        for told in self.rows.values():
            ends = [since for since, _shown in told[1:]] + ["9999"]
            for at_last, (since, shown) in zip(ends, told):  # noqa: B905 - Python 3.8 knows no strict
                wanted = {"account_id": row["actor_id"], "delegated_by_id": int(lender)}
                if row["kind"] == "event":
                    wanted.update(role=row["actor_role"], unit_id=row["unit_id"])
                fits = all(shown.get(name) == value for name, value in wanted.items())
                if fits and since <= at <= at_last and shown["valid_from"] <= at < (shown["valid_to"] or "9999"):
                    return ""
        return (
            f"event {row['seq']}: acts for account {lender}, who had then lent account {row['actor_id']} no such role"
        )


class Chains:
    """All events of a file, one after the other; `say` is told what is wrong: line, whose chain, what."""

    def __init__(self, say: Say) -> None:
        self.say, self.root = say, Root()
        self.chains, self.dossiers, self.events = 0, 0, 0
        self.lendings = Lendings()
        self.number: typing.Optional[int] = None
        self.code, self.seq, self.last = "", 0, GENESIS

    def close(self) -> None:
        """The chain that was read is over: where it ended goes into the root."""
        if self.number is not None:
            self.root.add(self.code, self.seq, self.last)
            self.number = None

    def event(self, line: int, row: Row) -> None:
        """One event."""
        self.events += 1
        office = row.get("kind") == "office"
        fields = OFFICE_FIELDS if office else EVENT_FIELDS
        if row.get("kind") not in ("office", "event") or row.keys() != fields:
            odd = sorted(map(str, row.keys() ^ fields))
            self.say(line, str(row.get("code", "")), f"is no event as they are exported ({', '.join(odd[:3])})")
            if row.get("kind") not in ("office", "event") or not fields <= row.keys():
                return
        number, code = (0, "OFFICE") if office else (row["dossier_id"], row["code"])
        seq, event_hash = row["seq"], row["hash"]
        if type(number) is not int or type(seq) is not int or type(code) is not str or type(event_hash) is not str:
            self.say(line, str(code), "its number, code or hash is none")
            return
        if number != self.number:
            before = self.number
            self.close()
            if before is not None and number < before:
                self.say(line, code, "stands in the wrong place: lines were moved, doubled or inserted")
            elif not office and number == 0:
                self.say(line, code, "has a number no dossier has")
            self.chains += 1
            self.dossiers += not office
            self.number, self.code, self.seq, self.last = number, code, 0, GENESIS
        elif code != self.code:
            self.say(line, code, f"has the number of {self.code}")
        if seq != self.seq + 1:
            if seq > self.seq + 1:
                self.say(line, code, f"event {self.seq + 1} is missing")
            else:
                self.say(line, code, f"event {seq} comes again, or in the wrong place")
        elif row["prev_hash"] != self.last:
            self.say(line, code, f"event {seq} does not follow the event before it")
        if office:
            content = [row[name] for name in OFFICE]
            if row["commitment"]:
                content.append(row["commitment"])
        else:
            content = [code] + [row[name] for name in EVENT]
        if hashlib.sha256(encode(content).encode("utf-8", "surrogatepass")).hexdigest() != event_hash:
            self.say(line, code, f"event {seq}: its content was changed")
        else:
            fault = self.lendings.fault(row)
            if fault:
                self.say(line, code, fault)
        if office:
            self.lendings.read(row)
        self.seq, self.last = seq, event_hash


# --- Ed25519 (RFC 8032), verifying only ---------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)  # noqa: E741 - the root of -1, as the standard calls it


def _x(y: int, sign: int) -> typing.Optional[int]:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(raw: bytes) -> typing.Optional[Point]:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _sum(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n: int, p: Point) -> Point:
    found = (0, 1, 1, 0)
    while n:
        if n & 1:
            found = _sum(found, p)
        p, n = _sum(p, p), n >> 1
    return found


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = typing.cast(Point, _point(BASE_Y.to_bytes(32, "little")))
SMALL = 8
"""The cofactor: a key that this takes to zero would sign anything."""


def is_signed(message: bytes, signature: typing.Any, key: typing.Any) -> bool:
    """Whether the owner of a public key (64 hex digits) signed these bytes (signature: 128 hex digits)."""
    if not (re.fullmatch(r"[0-9a-f]{64}", str(key)) and re.fullmatch(r"[0-9a-f]{128}", str(signature))):
        return False
    public, raw = bytes.fromhex(key), bytes.fromhex(signature)
    a, r, s = _point(public), _point(raw[:32]), int.from_bytes(raw[32:], "little")
    if a is None or r is None or s >= L or _times(SMALL, a)[0] % P == 0:
        return False
    k = int.from_bytes(hashlib.sha512(raw[:32] + public + message).digest(), "little") % L
    left, right = _times(s, BASE), _sum(r, _times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- the whole ----------------------------------------------------------------------------------------------------


def check(
    path: str, key: str, say: Say, progress: typing.Optional[typing.Callable[[int], None]] = None
) -> typing.Tuple[int, int, int]:
    """Check a file: (lines, dossiers, events). `say` is told each thing that is wrong, `progress` how far it is.

    `key` is the public key it must be signed with; "" where any will do. Raises Unreadable before the first line only.
    """
    source = lines(path)
    number, point = next(source, (0, None))
    if point is None:
        raise Unreadable("the file is empty")
    chains = Chains(say)
    rest = _with_first(number, point, source) if point.get("kind") != "checkpoint" else source
    try:
        for number, row in rest:
            if row.get("kind") == "checkpoint":
                say(number, "CHECKPOINT", "comes again")
            else:
                chains.event(number, row)
            if progress is not None and number % 100_000 == 0:
                progress(number)
    except Unreadable as error:
        say(number + 1, "FILE", str(error))
    chains.close()
    _checkpoint(point, key, chains, say)
    return number, chains.dossiers, chains.events


def _with_first(
    number: int, first: Row, rest: typing.Iterator[typing.Tuple[int, Row]]
) -> typing.Iterator[typing.Tuple[int, Row]]:
    """A first line put back before the others."""
    yield number, first
    yield from rest


def _checkpoint(point: Row, key: str, chains: Chains, say: Say) -> None:
    if point.get("kind") != "checkpoint" or any(name not in point for name in (*SIGNED, "signature", "public_key")):
        say(1, "CHECKPOINT", "is missing: nothing says where the chains must end, nor who vouches for them")
        return
    for name, here in (("dossiers", chains.dossiers), ("events", chains.events)):
        if point[name] != here:
            say(1, "CHECKPOINT", f"counts {point[name]} {name}, the file holds {here}")
    if chains.root.value() != point["root"]:
        say(1, "CHECKPOINT", "the chains end otherwise than was signed: one was cut, made again, added or taken away")
    message = json.dumps([point[name] for name in SIGNED], separators=(",", ":")).encode()
    if not is_signed(message, point["signature"], point["public_key"]):
        say(1, "CHECKPOINT", "its signature does not fit")
    if key and point["public_key"] != key:
        say(1, "CHECKPOINT", "is signed with another key than the one you gave")


def compare(path: str, earlier: str, say: Say) -> None:
    """Whether an export holds all that an earlier one held, event by event; both are read side by side."""
    here, there = lines(path), lines(earlier)
    nothing: typing.Tuple[int, typing.Optional[Row]] = (0, None)
    number, now = next(here, nothing)
    for _line, then in there:
        if then.get("kind") == "checkpoint":
            continue
        at = _place(then)
        while now is not None and (now.get("kind") == "checkpoint" or _place(now) < at):
            number, now = next(here, (number, None))
        code = str(then.get("code", "OFFICE"))
        if now is None or _place(now) != at:
            say(number, code, f"event {at[1]} is in the earlier export and not in this one")
        elif now.get("hash") != then.get("hash"):
            say(number, code, f"event {at[1]} is another than in the earlier export")


def _place(row: Row) -> typing.Tuple[int, int]:
    number, seq = row.get("dossier_id", 0), row.get("seq", 0)
    return (number if type(number) is int else 0, seq if type(seq) is int else 0)


def _key(text: str) -> str:
    found = "".join(text.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", found):
        raise argparse.ArgumentTypeError("is no public key: 64 hex digits")
    return found


def main(arguments: typing.Optional[typing.Sequence[str]] = None) -> int:
    """The command; its exit code."""
    about, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", help="the export, such as events.gz")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--key", type=_key, help="the instance's public key (64 hex digits), as you were given it")
    whose.add_argument(
        "--any-key", action="store_true", help="take the key in the file: shows only that the file fits itself"
    )
    parser.add_argument("--earlier", metavar="FILE", help="an earlier export: all it holds must be in this one")
    parser.add_argument("--most", type=int, default=1000, help="show so many findings at most (1000)")
    parser.add_argument("--json", action="store_true", help="answer with JSON")
    asked = parser.parse_args(arguments)
    found: typing.List[Row] = []
    count = [0]

    def say(line: int, code: str, what: str) -> None:
        count[0] += 1
        if len(found) < asked.most:
            found.append({"line": line, "dossier": code, "what": what})
            if not asked.json:
                print(f"line {line}: {code}: {what}", flush=count[0] == 1)

    def progress(number: int) -> None:
        print(f"\r{number:,} lines ...", end="", file=sys.stderr, flush=True)

    terminal = sys.stderr.isatty() and not asked.json
    try:
        number, dossiers, events = check(asked.file, asked.key or "", say, progress if terminal else None)
        if asked.earlier:
            try:
                compare(asked.file, asked.earlier, say)
            except Unreadable as error:
                if not count[0]:
                    raise Unreadable(f"{asked.earlier}: {error}") from None
    except Unreadable as error:
        print(f"{asked.file}: {error}", file=sys.stderr)
        return 2
    if asked.json:
        told = {"lines": number, "dossiers": dossiers, "events": events, "found": count[0], "findings": found}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        if count[0] > len(found):
            print(f"... and {count[0] - len(found)} more")
        result = f"{count[0]} findings" if count[0] else "whole"
        vouched = "" if asked.key or count[0] else " Nothing says whose it is: no key was given."
        print(f"{dossiers} dossiers, {events} events: {result}.{vouched}")
    return 1 if count[0] else 0


if __name__ == "__main__":
    sys.exit(main())
