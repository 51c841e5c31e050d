"""Invented scans: a page drawn as a picture, and one as a PDF, from nothing but this module."""

import struct
import zlib
from random import Random

from dossiers.papers import files, scanner
from dossiers.papers.files import Sealed

_WIDTH, _HEIGHT = 420, 594


def picture(seed: str) -> Sealed:
    """A page with lines of writing nobody can read, as PNG."""
    rng = Random(seed)  # noqa: S311 - the demo must be the same each time
    rows = [bytearray(b"\xff" * _WIDTH) for _row in range(_HEIGHT)]
    for top in range(60, _HEIGHT - 60, 22):
        at, end = 50, rng.randint(_WIDTH - 130, _WIDTH - 50)
        while at < end:
            long = rng.randint(12, 46)
            for row in range(top, top + rng.choice((7, 8, 9))):
                rows[row][at : min(at + long, end)] = b"\x50" * (min(at + long, end) - at)
            at += long + 7
    # left as it is, not compressed: every machine then makes the same file
    content = b"".join((
        b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 0)), _chunk(b"IEND", b""),
    ))  # fmt: skip
    return files.seal(content, "png", 1, scanner.UNASKED)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def document(pages: list[str]) -> Sealed:
    """A PDF with a line of plain letters on each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for line in pages:
        text = f"BT /F1 14 Tf 72 760 Td ({line}) Tj ET".encode("ascii")
        kids.append(f"{len(objects) + 1} 0 R")
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 "
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % (len(objects) + 2),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        ]
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>".encode()
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return files.seal(bytes(made), "pdf", len(pages), scanner.UNASKED)
