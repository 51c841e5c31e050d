"""What all kinds of files share: why one is refused, what is kept of it, how big it may get."""

MEMORY = 1_500_000_000
SECONDS = 40
"""How much of each the program may use."""
INFLATED = 64_000_000
"""Bytes that something that is no picture may become when it is unpacked."""
UNZIPPED = 100_000_000
PARTS = 2000
"""What a DOCX may become, and of how many parts."""


class Refused(Exception):
    """The file is not taken; `why` is a word `judging` has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Page:
    """A file as it is kept: what it is, how many pages, and by how much a first look says it is turned."""

    def __init__(self, kind: str, content: bytes, pages: int = 1, turn: int = 0) -> None:
        self.kind, self.content, self.pages, self.turn = kind, content, pages, turn


def check_pixels(width: int, height: int, megapixels: int) -> None:
    """Raises Refused for a picture of more pixels than are allowed."""
    if width * height > megapixels * 1_000_000:
        raise Refused("pixels")


_HIDDEN = (b"%pdf-", b"<script", b"<?php", b"<html", b"<svg")


def check_rest(rest: bytes) -> None:
    """What follows a file's end is cut off; raises Refused if it is a second file, or a script."""
    small = rest.lower()
    if any(sign in small for sign in _HIDDEN) or (b"PK\x05\x06" in rest and b"PK\x03\x04" in rest):
        raise Refused("two_files")
