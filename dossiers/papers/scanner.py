"""Asks a virus scanner (clamd, its INSTREAM) where the settings name one; a file waits unseen until it has answered."""

import socket
import struct
from urllib.parse import urlsplit

from flask import current_app

CLEAN, WAITING, INFECTED, UNASKED = "clean", "waiting", "infected", "unasked"
"""What is known of a file: nothing was found; nobody answered yet; something was found; there is no scanner."""

_PIECE = 64 * 1024


def verdict(content: bytes) -> str:
    """What the scanner says of a file: one of the four words above."""
    address = current_app.config["VIRUS_SCANNER"]
    if not address:
        return UNASKED
    try:
        answer = _ask(address, content, float(current_app.config["VIRUS_SCANNER_SECONDS"]))
    except OSError:
        return WAITING
    if answer.endswith("FOUND"):
        return INFECTED
    return CLEAN if answer.endswith("OK") else WAITING


def _ask(address: str, content: bytes, seconds: float) -> str:
    with _connected(address, seconds) as line:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := line.recv(4096)):
            answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace")


def _connected(address: str, seconds: float) -> socket.socket:
    """A connection to unix:/path or tcp://host:port."""
    named = urlsplit(address)
    if named.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        try:
            line.connect(named.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((named.hostname or "", named.port or 3310), timeout=seconds)
