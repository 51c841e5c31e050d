"""What a request may be, before anybody looks at what it asks for: addressed to us, and of so many fields."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of a machine for itself."""


class _Forms(FormDataParser):
    """Holds either encoding to the number of fields; the library counts those of multipart only."""

    def _parse_urlencoded(self, stream: IO[bytes], *rest: Any) -> Any:
        content = stream.read()
        if _too_many(content):
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(BytesIO(content), *rest)


def _too_many(content: bytes) -> bool:
    return content.count(b"&") >= int(current_app.config["MAX_FORM_PARTS"])


class Incoming(Request):
    """A request whose forms are counted, and whose content is never put on the disk: its size is small."""

    form_data_parser_class = _Forms

    def _get_file_stream(self, *_rest: Any, **_named: Any) -> IO[bytes]:
        return BytesIO()


def host_of(environ: dict[str, Any]) -> str:
    """The name a request was sent to, in small letters and without its port; empty when it says none."""
    name, colon, port = str(environ.get("HTTP_HOST", "")).casefold().rpartition(":")
    if not colon or port.endswith("]"):
        return name + colon + port
    return name if port.isascii() and port.isdecimal() else ""


def is_near(environ: dict[str, Any]) -> bool:
    """Whether a request comes from this machine, by a name of it for itself, and not through a proxy."""
    forwarded = any(name in environ for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    is_from_here = environ.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not forwarded
    return is_from_here and host_of(environ) in LOOPBACK


def _check() -> Response | None:
    hosts = current_app.config["HOSTS"]
    known = host_of(request.environ) in hosts if hosts else host_of(request.environ) in LOOPBACK
    if not known and not is_near(request.environ):
        # No page: it would ask the database who asks, and links of it would lead where the request said.
        return Response("This is another host.\n", 400, content_type="text/plain")
    if _too_many(request.query_string):
        return Response("Too many fields.\n", 414, content_type="text/plain")
    return None


def init_app(app: Flask) -> None:
    """Refuse what is sent to another host, or has too many fields; before anything else is asked."""
    app.request_class = Incoming
    app.before_request(_check)
