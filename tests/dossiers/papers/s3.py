"""A small store that speaks S3 on this machine: it checks each signature by the published rules, keeps objects in
memory, and can be away.
"""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS, SECRET, REGION, BUCKET = "invented-name", "invented-secret-of-the-store", "us-east-1", "scans"


class S3:
    """The store: `objects` by bucket and name, each with when it was put; what was asked of it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.put_at: dict[str, datetime] = {}
        self.asked: list[tuple[str, str]] = []
        self.badly_signed = 0
        self.is_away = False
        store = self

        class Handler(_Handler):
            s3 = store

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/{BUCKET}/of/us"

    @property
    def settings(self) -> dict[str, object]:
        """The settings of an application that stores its scans here."""
        return {
            "SCAN_STORE": "s3", "S3_URL": self.url, "S3_ACCESS_KEY": ACCESS, "S3_SECRET_KEY": SECRET,
            "S3_REGION": REGION, "S3_SECONDS": 3,
        }  # fmt: skip

    def grow_old(self, hours: int = 2) -> None:
        """Let all objects have been put so long ago."""
        self.put_at = {name: at - timedelta(hours=hours) for name, at in self.put_at.items()}

    def stop(self) -> None:
        """Be gone."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running() -> Iterator[S3]:
    """A store for as long as the block lasts."""
    store = S3()
    try:
        yield store
    finally:
        store.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/xml", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if len(body) < int(self.headers.get("Content-Length") or 0):  # whoever sent it is gone
            self.close_connection = True
            return None
        if self.s3.is_away:
            return self._refuse(503, "SlowDown")
        if not self._is_signed(body):
            self.s3.badly_signed += 1
            return self._refuse(403, "SignatureDoesNotMatch")
        named = urlsplit(self.path)
        bucket, _slash, name = unquote(named.path).lstrip("/").partition("/")
        self.s3.asked.append((self.command, name))
        if bucket != BUCKET:
            return self._refuse(404, "NoSuchBucket")
        if self.command == "PUT":
            self.s3.objects[name], self.s3.put_at[name] = body, datetime.now(UTC)
            return self._answer(200, ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        if self.command == "DELETE":
            self.s3.objects.pop(name, None)
            return self._answer(204)
        if not name:
            return self._listed(dict(parse_qsl(named.query, keep_blank_values=True)).get("prefix", ""))
        if name not in self.s3.objects:
            return self._refuse(404, "NoSuchKey")
        return self._answer(200, self.s3.objects[name], Content_Type="application/octet-stream")

    do_GET = do_PUT = do_DELETE = do_HEAD = _do  # what the library calls

    def _listed(self, prefix: str) -> None:
        lines = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{self.s3.put_at[name]:%Y-%m-%dT%H:%M:%S.000Z}"
            f"</LastModified><ETag>x</ETag><Size>{len(content)}</Size></Contents>"
            for name, content in sorted(self.s3.objects.items())
            if name.startswith(prefix)
        )
        told = f"<ListBucketResult><Name>{BUCKET}</Name><IsTruncated>false</IsTruncated>{lines}</ListBucketResult>"
        self._answer(200, told.encode())

    def _is_signed(self, body: bytes) -> bool:
        """AWS Signature Version 4, as it is published."""
        said = self.headers.get("Authorization", "")
        if not said.startswith("AWS4-HMAC-SHA256 "):
            return False
        parts = dict(part.strip().split("=", 1) for part in said.partition(" ")[2].split(","))
        access, day, region, service, last = parts["Credential"].split("/")
        hashed = self.headers["x-amz-content-sha256"]
        if (access, region, service, last) != (ACCESS, REGION, "s3", "aws4_request"):
            return False
        if hashed not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return False
        named = urlsplit(self.path)
        asked = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(parse_qsl(named.query, keep_blank_values=True))
        )
        names = parts["SignedHeaders"].split(";")
        headers = "".join(f"{name}:{' '.join(self.headers.get(name, '').split())}\n" for name in names)
        request = "\n".join((self.command, named.path, asked, headers, parts["SignedHeaders"], hashed))
        scope = f"{day}/{region}/s3/aws4_request"
        to_sign = "\n".join(
            ("AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, hashlib.sha256(request.encode()).hexdigest())
        )
        key = f"AWS4{SECRET}".encode()
        for part in (day, region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest(), parts["Signature"])
