"""Writes what was measured: bench/results/latest.json, and docs/performance.md with ratios and targets."""

import json
import os
import platform
from datetime import UTC, datetime
from typing import Any

from bench.players import ROOT

RESULTS = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
NOTES = ROOT / "bench" / "notes.md"
TARGETS: dict[str, tuple[float, float | None]] = {  # job: (against Django, against the floor)
    "list": (0.6, 2.2), "one": (1.0, None), "move": (1.0, None), "search": (0.2, None), "report": (0.2, None),
}  # fmt: skip
GROWTH = ("list at KHOI", "one", "move")
"""Jobs that are to cost the same at any size. The list is the one that fills its page of fifty at every size."""
RIVALS = ("django", "roundup", "floor")
NAMES = ("ours", "Django", "Roundup", "floor")
Row = dict[str, Any]


def write(rows: list[Row], keep: bool = False) -> None:
    """Both files; with `keep` rows that were not measured now stay as they were."""
    if keep:
        new = {_key(row): row for row in rows}
        old = json.loads(RESULTS.read_text(encoding="utf-8"))
        rows = [new.pop(_key(row), row) for row in old] + list(new.values())
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows, datetime.now(UTC).date().isoformat()), encoding="utf-8")


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("job", "size", "engine", "clients"))


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
        times = [f"{p50[name]:.2f}" for name in ("ours", *RIVALS)]
        ratios = [f"{against[name]:.2f}" for name in RIVALS]
        lines.append([row["job"], f"{row['size']:,}", str(row["clients"]), *times, *ratios, target, verdict])
    head = ["job", "dossiers", "clients", *NAMES, "÷ Django", "÷ Roundup", "÷ floor",
            "target", ""]  # fmt: skip
    return _table(head, lines)


def crowd(rows: list[Row]) -> list[str]:
    """Eight clients at the largest size: how many requests a second, and how long the slowest twentieth waits."""
    found = [row for row in rows if row.get("clients") == 8 and "django" in row.get("per_second", {})]
    largest = max((row["size"] for row in found), default=0)
    names = ("ours", *RIVALS)
    lines = [
        [
            row["job"],
            *(f"{row['per_second'][name]:.0f}" for name in names),
            *(f"{row['p95_ms'][name]:.0f}" for name in names),
        ]
        for row in found
        if row["size"] == largest
    ]
    head = ["job", *(f"{name}, a second" for name in NAMES), *(f"{name}, p95 ms" for name in NAMES)]
    return [f"## Eight clients at once, {largest:,} dossiers", "", *_table(head, lines), ""] if lines else []


def growth(rows: list[Row]) -> list[str]:
    """Ours with one client at every size, the floor's own growth beside it."""
    timed = [row for row in rows if row.get("clients") == 1 and "p50_ms" in row]
    columns = list(dict.fromkeys((row["size"], row["engine"]) for row in timed))
    ours = {(row["job"], row["size"], row["engine"]): row["p50_ms"]["ours"] for row in timed}
    floor = {(row["job"], row["size"]): row["p50_ms"].get("floor") for row in timed}
    sizes = [size for size, engine in columns if engine == "sqlite"]
    shared = [size for size in sizes if floor.get(("list", size))]
    lines = []
    for job in dict.fromkeys(row["job"] for row in timed):
        times = [f"{ours[job, *column]:.2f}" if (job, *column) in ours else "" for column in columns]
        first, last = ours[job, shared[0], "sqlite"], ours[job, shared[-1], "sqlite"]
        base = [floor[job, size] for size in (shared[0], shared[-1]) if floor.get((job, size))]
        more = [f"{last / first:.2f}", f"{base[1] / base[0]:.2f}" if len(base) == 2 else ""]
        furthest = f"{ours[job, sizes[-1], 'sqlite'] / first:.2f}" if len(sizes) > len(shared) else ""
        ratios = (float(more[0]), float(furthest or 0))
        target = f"≤ 1.15, ≤ 1.3: {_verdict(ratios[0] <= 1.15 and ratios[1] <= 1.3)}" if job in GROWTH else ""
        lines.append([job, *times, *more, furthest, target])
    span = f"{shared[0]:,} → {shared[-1]:,}"
    head = ["job", *(f"{size:,}" + ("" if engine == "sqlite" else " PostgreSQL") for size, engine in columns), span,
            "the floor's", f"→ {sizes[-1]:,}" if len(sizes) > len(shared) else "", "target"]  # fmt: skip
    return _table(head, lines)


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


def page(rows: list[Row], started: str) -> str:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on {started}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}. Medians in milliseconds over HTTP on loopback, signed in, each contender behind",
        "waitress with 8 threads on SQLite (WAL, synchronous=FULL), measured in interleaved rounds of one run. How:",
        "[bench](../bench/README.md).",
        "",
        *beside(rows),
        "",
        *crowd(rows),
        "## Growth, and levels of the tree (ours, one client)",
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
