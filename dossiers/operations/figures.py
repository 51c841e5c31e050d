"""The figures of several processes as one: each leaves its own in memory that all of them share, every second."""

import mmap
import zlib

from prometheus_client import generate_latest

from dossiers.operations.metrics import registry

_ROOM = 1 << 19
"""Bytes for the figures of one process, of which it needs a tenth."""

_HEAD = 8
"""Before them: how many bytes they are, and their checksum, as another process may read while they are written."""


class Shared:
    """Made before processes are forked; each then takes a number of its own."""

    def __init__(self, processes: int) -> None:
        self._memory = mmap.mmap(-1, processes * _ROOM)
        self._processes = processes
        self._number = 0

    def take(self, number: int) -> None:
        """Say which process this is."""
        self._number = number
        self.publish()

    def publish(self) -> None:
        """Leave this process's figures for the others."""
        told = generate_latest(registry)
        if len(told) <= _ROOM - _HEAD:
            head = len(told).to_bytes(4, "big") + zlib.crc32(told).to_bytes(4, "big")
            at = self._number * _ROOM
            self._memory[at : at + _HEAD + len(told)] = head + told

    def _of(self, number: int) -> str:
        at = number * _ROOM
        for _ in range(5):
            head = self._memory[at : at + _HEAD]
            told = self._memory[at + _HEAD : at + _HEAD + int.from_bytes(head[:4], "big")]
            if zlib.crc32(told) == int.from_bytes(head[4:], "big"):
                return told.decode()
        return ""

    def all(self) -> bytes:
        """The sum of all processes' figures, this one's as of now."""
        self.publish()
        return _added([self._of(number) for number in range(self._processes)]).encode()


def _added(texts: list[str]) -> str:
    """Texts of Prometheus as one; its counters add up, moments of beginning are the first."""
    sums: dict[str, float] = {}
    order: dict[str, dict[str, None]] = {}
    heads: dict[str, list[str]] = {}
    for text in texts:
        family = ""
        for line in text.splitlines():
            if line.startswith("#"):
                kind, family = line.split(" ", 3)[1:3]
                if not any(told.startswith(f"# {kind} ") for told in heads.setdefault(family, [])):
                    heads[family].append(line)
                continue
            name, _, value = line.rpartition(" ")
            order.setdefault(family, {})[name] = None
            if name in sums and "_created" in name.partition("{")[0]:
                sums[name] = min(sums[name], float(value))
            else:
                sums[name] = sums.get(name, 0) + float(value)
    lines = [line for family in heads for line in [*heads[family], *(f"{n} {sums[n]}" for n in order.get(family, {}))]]
    return "\n".join(lines) + "\n"
