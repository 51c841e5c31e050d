"""Long tables in pages that are counted: which one an address asks for."""

from flask import request


def page_number() -> int:
    """The page asked for by `trang`, from 1; the first for what is none."""
    typed = request.args.get("trang", "")
    return int(typed) if typed.isdecimal() and typed.isascii() and 0 < int(typed[:6]) < 10_000 else 1
