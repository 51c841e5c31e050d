"""`make bench`: ours beside the floor, Django and Roundup, in one run, in interleaved rounds; then ours alone at a size.

Every contender is served on loopback, ours as `flask serve` does it, the others by waitress with 8 threads, signed in,
on SQLite with WAL and synchronous=FULL; one is measured while the others idle. Writes bench/results/latest.json and docs/performance.md.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import table
from bench.players import (
    OWN,
    ROOT,
    WORK,
    Contender,
    Django,
    DjangoInTwo,
    Floor,
    Ours,
    OursOnPostgres,
    Roundup,
)

SECONDS = 3
"""A round of reading ends after that: a page of Roundup's takes a second at 100,000 dossiers, of which a median needs no
hundreds. Moves are all sent, as each asks for the version the one before made.
"""
JOBS = ("list", "one", "move", "search", "report")
LEVELS = ("KHOI", "DB02-C3")
Row = dict[str, Any]
"""{job, size, engine, clients, p50_ms, p95_ms, per_second: {contender: figure}}; for memory and import what they say."""


def measure(contender: Contender, job: str, count: int, clients: int) -> list[float]:
    """One round: the times of `count` requests, or of as many as fit in it, in milliseconds. A wrong answer is told, and
    ends the program if it is ours.
    """
    asked = {
        "port": contender.port,
        "clients": clients,
        "cookie": contender.cookie_for(job),
        "headers": contender.headers,
        "seconds": 0 if job == "move" else SECONDS,
        "requests": contender.requests(job, count),
    }
    before = contender.recorded() if job == "move" else None
    done = subprocess.run([sys.executable, "-m", "bench.client"], input=json.dumps(asked), capture_output=True, text=True,
                          cwd=ROOT, check=True)  # fmt: skip
    answer = json.loads(done.stdout)
    if answer["wrong"]:
        told = f"{contender.name} {job}: {answer['failed']} of {count} requests failed: {answer['wrong']}"
        if isinstance(contender, Ours):
            raise SystemExit(told)
        print(told, flush=True)
    if before is not None and contender.recorded() != before + count - answer["failed"]:
        raise SystemExit(f"{contender.name}: {count} moves were answered, not all were recorded")
    return [float(ms) for ms in answer["ms"]]


def by_turns(contenders: Sequence[Contender], job: str, rounds: int, count: int, clients: int) -> list[list[float]]:
    """The times of each contender, a round each by turns, each round beginning with another of them; the first round
    warms up, each of those who share a database too. Every round opens its connections anew: of two processes one may
    get most of them.
    """
    times: list[list[float]] = [[] for _ in contenders]
    for turn in range(rounds + 1):
        for nr in range(len(contenders)):
            at = (turn + nr) % len(contenders)
            found = measure(contenders[at], job, count if turn else max(20, 5 * clients), clients)
            if turn:
                times[at] += found
    return times


def jobs(contenders: Sequence[Contender], size: int, engine: str, rounds: int, count: int,
         asked: Sequence[str] = JOBS) -> list[Row]:  # fmt: skip
    """Every job with one client and with eight, the contenders by turns; Django by two processes with eight."""
    rows = []
    for job in asked:
        for contender in contenders:
            contender.warm()
        for clients in (1, 8):
            there = [contender for contender in contenders if clients > 1 or not contender.only_crowds]
            # Eight clients need more requests, or most of a round is its start and its end; and more rounds.
            many = 1 + clients // 4
            found = by_turns(there, job, rounds * (2 if many > 1 else 1), count * many, clients)
            times = {contender.name: ms for contender, ms in zip(there, found, strict=True)}
            rows.append({"job": job, "size": size, "engine": engine, "clients": clients, **figures(times, clients)})
            print(f"{size} {engine} {job} {clients}: {rows[-1]['p50_ms']}", flush=True)
    return rows


def figures(times: dict[str, list[float]], clients: int) -> Row:
    """Median and 95th hundredth in milliseconds, and how many a second so many clients got, by contender."""
    return {
        "p50_ms": {name: round(statistics.median(found), 3) for name, found in times.items()},
        "p95_ms": {name: round(statistics.quantiles(found, n=20)[-1], 3) for name, found in times.items()},
        "per_second": {name: round(clients * 1000 / statistics.fmean(found), 1) for name, found in times.items()},
    }


def growth(sizes: list[int], rounds: int, count: int) -> list[Row]:
    """Ours at all sizes by turns, one client: what grows is then not the mood of the machine between two runs.

    The list is asked for at the top of the tree and in a cell, and by turns in the grass-roots organisations.
    """
    rows = []
    with ExitStack() as stack:
        all_sizes = [Ours(size) for size in sizes]
        for ours in all_sizes:
            print(f"{ours.size}: starting {ours.name} among its sizes", flush=True)
            ours.start(stack)
            ours.warm()
        for job in (*(f"list at {level}" for level in LEVELS), *JOBS, *OWN):
            name, _, level = job.partition(" at ")
            for ours in all_sizes:
                ours.level = level
            for size, found in zip(sizes, by_turns(all_sizes, name, rounds, count, 1), strict=True):
                row = {"job": job, "size": size, "engine": "sqlite", "clients": 1, "sizes_by_turns": True}
                rows.append({**row, **figures({"ours": found}, 1)})
                print(f"{size} by turns {job}: {rows[-1]['p50_ms']}", flush=True)
    return rows


def both_engines(size: int, rounds: int, count: int) -> list[Row]:
    """Ours on SQLite and on PostgreSQL by turns, one client."""
    with ExitStack() as stack:
        both = [Ours(size), OursOnPostgres(size)]
        for ours in both:
            print(f"{size}: starting {ours.name} on {ours.engine}", flush=True)
            ours.start(stack)
            ours.warm()
        rows = []
        for job in JOBS:
            found = by_turns(both, job, rounds, count, 1)
            times = {ours.engine: ms for ours, ms in zip(both, found, strict=True)}
            rows.append({"job": job, "size": size, "engine": "both", "clients": 1, **figures(times, 1)})
            print(f"{size} both {job}: {rows[-1]['p50_ms']}", flush=True)
    return rows


def resident(pid: int) -> float:
    """Megabytes of memory of a process, or of the largest of those below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    pages = [int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1]) for one in below or [pid]]
    return round(max(pages) * os.sysconf("SC_PAGE_SIZE") / 1_000_000, 1)


def memory(ours: Ours, requests: int = 10_000) -> Row:
    """Our worker's memory while it answers 10,000 requests of all kinds by 8 clients, read five times."""
    found = []
    for _part in range(5):
        for job in JOBS:
            measure(ours, job, requests // 5 // len(JOBS), 8)
        found.append(resident(ours.pid))
        print(f"{ours.size} {ours.engine} memory: {found[-1]} MB", flush=True)
    return {"job": "memory", "size": ours.size, "engine": ours.engine, "clients": 8, "requests": requests, "mb": found}


def importing(times: int = 7) -> Row:
    """Milliseconds to import the application, a process each, after one that compiles what is not compiled yet."""
    code = "import time; began = time.perf_counter(); import wsgi; print((time.perf_counter() - began) * 1000)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _time in range(times + 1):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        found.append(float(done.stdout.split()[-1]))
    return {"job": "import", "ms": round(statistics.median(found[1:]), 1)}


def run(sizes: list[int], alone: int, engines: Sequence[str], rounds: int, count: int) -> Iterator[list[Row]]:
    """All that is measured, in parts; rows as bench/results/latest.json holds them. `engines`: for ours alone."""
    yield [importing()]
    for size in sizes:
        with ExitStack() as stack:
            ours = Ours(size)
            contenders: list[Contender] = [ours, Django(size), Roundup(size), Floor(size), DjangoInTwo(size)]
            for contender in contenders:
                print(f"{size}: starting {contender.name}", flush=True)
                contender.start(stack)
            yield jobs(contenders, size, "sqlite", rounds, count)
            yield jobs([ours], size, "sqlite", rounds, count, tuple(OWN))
            if size == max(sizes):
                yield [memory(ours)]
    if sizes:
        yield both_engines(min(sizes), rounds, count)
    if len(sizes) > 1:
        yield growth([*sizes, alone] if alone else sizes, rounds, count)
    for kind in (one for one in (Ours, OursOnPostgres) if alone and one.engine in engines):
        with ExitStack() as stack:
            ours = kind(alone)
            print(f"{alone}: starting {ours.name} on {ours.engine}", flush=True)
            ours.start(stack)
            yield jobs([ours], alone, ours.engine, rounds, count, (*JOBS, *OWN))


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help='none: ""')
    parser.add_argument("--keep", action="store_true", help="keep what was measured at other sizes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=120, help="requests a round")
    parser.add_argument("--alone", type=int, default=0, help="a size at which only ours is measured")
    parser.add_argument("--engines", default="sqlite,postgresql", help="for ours alone")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in options.sizes.split(",") if size]
    rows: list[Row] = []
    for part in run(sizes, options.alone, options.engines.split(","), options.rounds, options.count):
        rows += [{**row, "on": table.today()} for row in part]
        table.write(rows, options.keep)


if __name__ == "__main__":
    main()
