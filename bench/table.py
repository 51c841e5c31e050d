"""Writes what was measured: bench/results/latest.json, and docs/performance.md with ratios and targets."""

import json
import os
import platform
from datetime import UTC, datetime
from typing import Any

from bench.players import OWN, ROOT

RESULTS = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
NOTES = ROOT / "bench" / "notes.md"
TARGETS: dict[str, tuple[float, float | None]] = {  # job: (against Django, against the floor)
    "list": (0.6, 1.65), "one": (1.0, 1.8), "move": (1.0, 1.15), "search": (0.2, 2.0), "report": (0.2, 0.35),
}  # fmt: skip
GROWTH = {100_000: 1.5, 1_000_000: 2.0}
"""How much longer a request may take at these sizes than at the smallest."""
STEADY = ("list at KHOI", "one", "move", *OWN)
"""Jobs that are to cost the same at any size. The list is the one that fills its page of fifty at every size."""
RIVALS = ("django", "roundup", "floor")
ALL = ("ours", *RIVALS)
NAMES = ("ours", "Django", "Roundup", "floor")
IN_TWO = {"django_2": "Django, two processes"}
ENGINES: dict[str, float | None] = {"list": 1.4, "one": 1.5, "move": 1.5, "search": None, "report": 1.3}
"""How many times as long ours may take on PostgreSQL as on SQLite, one client."""
CROWD: dict[str, float] = {"list": 3, "one": 2, "move": 1.3, "search": 8, "report": 5}
"""How many times as many requests a second ours is to answer as Django by as many processes."""
Row = dict[str, Any]


def write(rows: list[Row], keep: bool = False) -> None:
    """Both files; with `keep` rows that were not measured now stay as they were."""
    if keep:
        new = {_key(row): row for row in rows}
        old = json.loads(RESULTS.read_text(encoding="utf-8"))
        rows = [new.pop(_key(row), row) for row in old] + list(new.values())
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows), encoding="utf-8")


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("job", "size", "engine", "clients", "sizes_by_turns"))


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _table(head: list[str], lines: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *lines)]


def beside(rows: list[Row]) -> list[str]:
    """Ours beside the others, with ratios; targets are for one client at the largest size."""
    found = [row for row in rows if "django" in row.get("p50_ms", {})]
    largest = max((row["size"] for row in found), default=0)
    lines = []
    for row in found:
        p50 = row["p50_ms"]
        against = {name: p50["ours"] / p50[name] for name in RIVALS}
        target, verdict = "", ""
        if row["size"] == largest and row["clients"] == 1:
            django, floor = TARGETS[row["job"]]
            target = f"≤ {django} × Django" + (f", ≤ {floor} × floor" if floor else "")
            verdict = _verdict(against["django"] <= django and (floor is None or against["floor"] <= floor))
        times = [f"{p50[name]:.2f}" for name in ALL]
        ratios = [f"{against[name]:.2f}" for name in RIVALS]
        lines.append([row["job"], f"{row['size']:,}", str(row["clients"]), *times, *ratios, target, verdict])
    head = ["job", "dossiers", "clients", *NAMES, "÷ Django", "÷ Roundup", "÷ floor",
            "target", ""]  # fmt: skip
    return _table(head, lines)


def crowd(rows: list[Row]) -> list[str]:
    """Eight clients at the largest size: how many requests a second, and how long the slowest twentieth waits."""
    found = [row for row in rows if row.get("clients") == 8 and "django" in row.get("per_second", {})]
    largest = max((row["size"] for row in found), default=0)
    shown = dict(zip(ALL, NAMES, strict=True))
    shown |= {name: label for name, label in IN_TWO.items() if any(name in row["p50_ms"] for row in found)}
    both = all(name in shown for name in IN_TWO)
    lines = []
    for row in found:
        if row["size"] != largest:
            continue
        a_second, slow = row["per_second"], row["p95_ms"]
        line = [row["job"], *(f"{a_second[name]:.0f}" for name in shown), *(f"{slow[name]:.0f}" for name in shown)]
        if both:
            times, wanted = a_second["ours"] / a_second["django_2"], CROWD[row["job"]]
            line += [f"{times:.1f}", f"≥ {wanted:g}: {_verdict(times >= wanted)}"]
        lines.append(line)
    head = [
        "job",
        *(f"{label}, a second" for label in shown.values()),
        *(f"{label}, p95 ms" for label in shown.values()),
    ]
    head += ["ours ÷ Django in two", "target"] if both else []
    return [f"## Eight clients at once, {largest:,} dossiers", "", *_table(head, lines), ""] if lines else []


def own(rows: list[Row]) -> list[str]:
    """Pages only ours has, at every size."""
    found = [row for row in rows if row["job"] in OWN and not row.get("sizes_by_turns")]
    lines = [
        [row["job"], f"{row['size']:,}", row["engine"], str(row["clients"]), f"{row['p50_ms']['ours']:.2f}",
         f"{row['p95_ms']['ours']:.2f}", f"{row['per_second']['ours']:.0f}"]
        for row in found
    ]  # fmt: skip
    head = ["job", "dossiers", "engine", "clients", "ms", "p95 ms", "a second"]
    return ["## Pages only ours has", "", *_table(head, lines), ""] if lines else []


def engines(rows: list[Row]) -> list[str]:
    """Ours on both engines by turns, one client."""
    lines = []
    for row in rows:
        if row.get("engine") != "both":
            continue
        p50, wanted = row["p50_ms"], ENGINES[row["job"]]
        times = p50["postgresql"] / p50["sqlite"]
        target = f"≤ {wanted:g}: {_verdict(times <= wanted)}" if wanted else ""
        line = [f"{row['size']:,}", f"{p50['sqlite']:.2f}", f"{p50['postgresql']:.2f}", f"{times:.2f}", target]
        lines.append([row["job"], *line])
    head = ["job", "dossiers", "SQLite", "PostgreSQL", "PostgreSQL ÷ SQLite", "target"]
    return ["## Both engines (ours, one client, by turns)", "", *_table(head, lines), ""] if lines else []


def growth(rows: list[Row]) -> list[str]:
    """Ours with one client at every size by turns; PostgreSQL beside it."""
    ours = {(row["job"], row["size"]): row["p50_ms"]["ours"] for row in rows if row.get("sizes_by_turns")}
    sizes = sorted({size for _job, size in ours})
    if not sizes:
        return []
    elsewhere = {row["job"]: row for row in rows if row.get("engine") == "postgresql" and row["clients"] == 1}
    lines = []
    for job in dict.fromkeys(job for job, _size in ours):
        times = [ours[job, size] for size in sizes]
        ratios = [time / times[0] for time in times]
        reached = all(ratio <= GROWTH.get(size, ratio) for size, ratio in zip(sizes, ratios, strict=True))
        target = ", ".join(f"≤ {GROWTH[size]}" for size in sizes if size in GROWTH)
        lines.append([
            job, *(f"{time:.2f}" for time in times), *(f"{ratio:.2f}" for ratio in ratios[1:]),
            f"{target}: {_verdict(reached)}" if job in STEADY else "",
            f"{elsewhere[job]['p50_ms']['ours']:.2f}" if job in elsewhere else "",
        ])  # fmt: skip
    head = ["job", *(f"{size:,}" for size in sizes), *(f"{size:,} ÷ {sizes[0]:,}" for size in sizes[1:]), "target",
            *(f"PostgreSQL, {row['size']:,}" for row in list(elsewhere.values())[:1])]  # fmt: skip
    top, cell = (ours[job, sizes[-1]] for job in ("list at KHOI", "list at DB02-C3"))
    level = (
        f"A list at the top of the tree takes {top / cell:.2f} times as long as one in a cell at {sizes[-1]:,} dossiers"
    )
    return [*_table(head, lines), "", f"{level} (target ≤ 1.5: {_verdict(top / cell <= 1.5)})."]


def worker(rows: list[Row]) -> list[str]:
    """Memory and import."""
    lines = []
    for row in rows:
        if row["job"] == "memory":
            held = ", ".join(f"{mb:.0f}" for mb in row["mb"])
            reached = _verdict(max(row["mb"]) <= 150)
            lines.append(f"- Memory of the worker while it answers {row['requests']:,} requests of all kinds by 8 clients at "
                         f"{row['size']:,} dossiers, read five times: {held} MB (target ≤ 150, flat: {reached}).")  # fmt: skip
        elif row["job"] == "import":
            lines.append(
                f"- Importing the application: {row['ms']:.0f} ms (target ≤ 800: {_verdict(row['ms'] <= 800)})."
            )
    return lines


def today() -> str:
    """The day that stands in what is measured now."""
    return datetime.now(UTC).date().isoformat()


def page(rows: list[Row]) -> str:
    """docs/performance.md; it says on which days its figures were measured."""
    started = ", ".join(sorted({row["on"] for row in rows}))
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on {started}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}. Medians in milliseconds over HTTP on loopback, signed in, ours served by",
        "`flask serve`, the others by waitress with 8 threads, on SQLite (WAL, synchronous=FULL); measured in interleaved rounds",
        "of one run. How: [bench](../bench/README.md).",
        "",
        *beside(rows),
        "",
        *crowd(rows),
        *own(rows),
        *engines(rows),
        "## Growth, and levels of the tree (ours, one client, all sizes by turns)",
        "",
        *growth(rows),
        "",
        "## The worker",
        "",
        *worker(rows),
        "",
    ]
    return "\n".join(lines) + "\n" + (NOTES.read_text(encoding="utf-8") if NOTES.exists() else "")


if __name__ == "__main__":  # the page again, from the figures as they are
    write(json.loads(RESULTS.read_text(encoding="utf-8")))
