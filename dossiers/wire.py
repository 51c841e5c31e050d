"""What goes over the wire: addresses of our stylesheet that change with it, texts compressed, files under names."""

import gzip
import secrets
import unicodedata
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, current_app, request, url_for

_SMALL = 1000
"""Bytes below which compressing saves no packet."""

_TEXTS = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"})

_DAY, _YEAR = 86_400, 31_536_000


@lru_cache(maxsize=32)
def _address(path: Path, _changed: int, _root: str) -> str:
    return url_for("static", filename=path.name, v=sha256(path.read_bytes()).hexdigest()[:8])


def asset(name: str) -> str:
    """The address of one of our files in `static/`; it changes with the file, so that browsers may keep it a year."""
    path = Path(str(current_app.static_folder), name)
    changed = path.stat().st_mtime_ns if current_app.debug else 0  # a server is started anew with new files
    return _address(path, changed, request.script_root)


def _squeezed(body: bytes) -> bytes:
    """The body as gzip, its length blurred: a name of random length stands in its header.

    Else it would tell, try by try, whether what somebody made us put on a page is part of a secret there (BREACH).
    """
    made = BytesIO()
    name = "a" * secrets.randbelow(100)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=4, fileobj=made, mtime=0) as file:
        file.write(body)
    return made.getvalue()


def varies(response: Response, header: str) -> None:
    """Say that an answer depends on a header of the request."""
    named = response.headers.get("Vary")
    response.headers["Vary"] = f"{named}, {header}" if named else header


def _compress(response: Response) -> Response:
    says_little = response.status_code == 204 or 300 <= response.status_code < 400
    if says_little or response.mimetype not in _TEXTS or "Content-Encoding" in response.headers:
        return response
    if response.is_streamed and not response.direct_passthrough:
        return response  # a page that says how far it is goes out piece by piece
    varies(response, "Accept-Encoding")
    takes_it = bool(request.headers.get("Accept-Encoding")) and request.accept_encodings["gzip"] > 0
    if not takes_it or request.method == "HEAD":
        return response
    response.direct_passthrough = False  # a file is read
    body = response.get_data()
    if len(body) < _SMALL:
        return response
    response.set_data(_squeezed(body))
    response.headers["Content-Encoding"] = "gzip"
    etag, _weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def kept(response: Response) -> str:
    """What Cache-Control says of an answer: pages are kept by nobody, files of `static/` for a while."""
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return "no-store"
    never_changes = "v" in request.args or request.path.endswith(".woff2")
    return f"public, max-age={_YEAR if never_changes else _DAY}"


def named_file(content: bytes, kind: str, name: str, saved: bool) -> Response:
    """A file made for the person who asks, under a Vietnamese name; `saved`: to keep, not to look at in the browser."""
    answer = current_app.response_class(content, mimetype=kind)
    plain = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d")).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}  # RFC 5987; the first for old ones
    answer.headers.set("Content-Disposition", "attachment" if saved else "inline", **names)
    return answer


def init_app(app: Flask) -> None:
    """Compress what the browser takes compressed."""
    app.after_request(_compress)
