"""The pieces of files as objects of an S3-compatible store, where the settings name one (ADR 37).

An object is what the database would hold, piece behind piece, all encrypted: the store sees neither content nor key.
"""

import io
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import current_app
from flask_sqlalchemy.session import Session as DatabaseSession
from sqlalchemy import event
from sqlalchemy.orm import Session

from dossiers.extensions import db

if TYPE_CHECKING:
    from minio import Minio

log = structlog.get_logger()

_GOING = "objects_going"
_LEAST_PART = 5 * 1024 * 1024
"""The least part of an object sent in parts; ours are sent whole, so that one is there or not."""


class Unreachable(Exception):
    """The store does not answer, or refuses; what the pages say of it is said in errors.py."""


class Missing(Exception):
    """The store has no such object."""


def is_used() -> bool:
    """Whether the settings name a store for what comes now."""
    return current_app.config.get("SCAN_STORE") == "s3"


def is_set() -> bool:
    """Whether the settings say where a store is: what is there is read, wherever new files go."""
    return bool(current_app.config.get("S3_URL"))


@lru_cache(maxsize=2)
def _client(url: str, access: str, secret: str, region: str, seconds: int) -> "Minio":
    import urllib3  # only where a store is used
    from minio import Minio  # only there

    named = urlsplit(url)
    again = urllib3.Retry(total=2, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504))
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=seconds), retries=again, maxsize=8)
    return Minio(
        endpoint=named.netloc, access_key=access, secret_key=secret, secure=named.scheme == "https", region=region,
        http_client=pool,
    )  # fmt: skip


class Objects:
    """The bucket the settings name. What does not work raises Unreachable; what is not there, Missing."""

    def __init__(self) -> None:
        config = current_app.config
        if not is_set():
            raise Unreachable("the settings name no store of scans (DOSSIERS_S3_URL)")
        names = ("S3_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_REGION", "S3_SECONDS")
        self._client = _client(*(config[name] for name in names))
        self._bucket, _slash, self._prefix = urlsplit(config["S3_URL"]).path.strip("/").partition("/")

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Store an object whole."""
        content = b"".join(chunks)
        part = max(len(content), _LEAST_PART)
        with _told():
            self._client.put_object(
                self._bucket, self._path(name), io.BytesIO(content), len(content), part_size=part
            )  # fmt: skip

    def get(self, name: str) -> bytes:
        """The content of an object."""
        with _told():
            answer = self._client.get_object(self._bucket, self._path(name))
            try:
                return bytes(answer.read())
            finally:
                answer.close()
                answer.release_conn()

    def remove(self, name: str) -> None:
        """Take an object away; one that is not there is away."""
        with _told():
            self._client.remove_object(self._bucket, self._path(name))

    def below(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """The names of all objects of a folder, each with when it was put there."""
        start = len(self._path(""))
        with _told():
            for one in self._client.list_objects(self._bucket, self._path(folder) + "/", recursive=True):
                if one.object_name and one.last_modified:
                    yield one.object_name[start:], one.last_modified


class _told:
    """Says in our words what the library raises."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, Unreachable | Missing | GeneratorExit):
            return
        from minio.error import MinioException, S3Error  # brings the library along
        from urllib3.exceptions import HTTPError  # and what it speaks with

        if isinstance(error, S3Error) and error.code in ("NoSuchKey", "NoSuchObject"):
            raise Missing from None
        if isinstance(error, MinioException | HTTPError | OSError):
            said = error.code if isinstance(error, S3Error) else type(error).__name__
            raise Unreachable(f"the store of scans does not answer ({said})") from error


def new_name(folder: str, address: str) -> str:
    """A name for the object of a file: another each time it is encrypted, since two ciphertexts fit one key each."""
    return f"{folder}/{address}-{os.urandom(4).hex()}"


# --- what goes with a transaction ---


def go_with_commit(names: Iterable[str]) -> None:
    """Take these objects away once the current transaction is written; if it is not, they stay."""
    db.session.info.setdefault(_GOING, []).extend(names)


@event.listens_for(DatabaseSession, "after_commit")
def _go(session: Session) -> None:
    names: list[str] = session.info.pop(_GOING, [])
    try:
        objects = Objects() if names else None
        for name in names:
            assert objects is not None
            objects.remove(name)
    except Unreachable as error:  # nobody can open them any more; the next sweep takes them
        log.warning("objects_left", count=len(names), why=str(error))


@event.listens_for(DatabaseSession, "after_rollback")
def _stay(session: Session) -> None:
    session.info.pop(_GOING, None)
