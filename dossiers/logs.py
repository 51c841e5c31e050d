"""Structured logs: one JSON line an event, with the request's id and nothing personal.

Libraries log through here too. Of an error it is told where it came from and what kind it is; not its message, where it
may hold what people typed (PostgreSQL quotes whole rows), except for kinds that speak of our code.
"""

import logging
import re
import secrets
import sys
import traceback
from typing import Any

import msgspec
import structlog
from flask import Flask, g, has_request_context
from jinja2 import TemplateError

_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TemplateError, TypeError)
"""Errors whose messages name attributes, modules and types."""

_DIAGNOSED = ("sqlite_errorname", "sqlstate")
_NAMED = ("table_name", "column_name", "constraint_name")
"""What databases tell of an error beside its message: codes, and names of our tables."""


def told(error: BaseException) -> str:
    """An error in one line: its kind, what the database calls it, its message if that holds nothing of people."""
    said = [f"{type(error).__module__}.{type(error).__qualname__}"]
    said += [str(getattr(error, name)) for name in _DIAGNOSED if getattr(error, name, None)]
    diagnosis = getattr(error, "diag", None)
    said += [str(getattr(diagnosis, name)) for name in _NAMED if getattr(diagnosis, name, None)]
    if isinstance(error, _OF_CODE):
        said.append(str(error)[:300])
    elif isinstance(error, OSError) and error.strerror:
        said.append(error.strerror)
    return " ".join(said)


def trace(error: BaseException) -> str:
    """Where an error and those behind it came from, the first cause first; each as `told`."""
    parts: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        parts.append("".join(traceback.format_tb(one.__traceback__)) + told(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\n".join(reversed(parts))


def _errors(_logger: Any, _name: str, event: Any) -> Any:
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event["exception"] = trace(error)
    return event


def _request_id(_logger: Any, _name: str, event: Any) -> Any:
    if has_request_context():
        if "request_id" not in g:
            g.request_id = secrets.token_hex(6)
        event["request"] = g.request_id
    return event


def _line(event: Any, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=lambda value: f"<{type(value).__name__}>").decode()


_ADDRESS = re.compile(r" (?:serving|servicing) .*")


class _Libraries(logging.Handler):
    """What libraries log, as lines of ours; without the address of a page, which the server names."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        text = _ADDRESS.sub(" serving a page", str(record.msg))  # not what stands in its places
        structlog.get_logger().log(record.levelno, text, library=record.name, exc_info=record.exc_info)


class _Lines:
    """Writes a line to standard error, whatever that is by now."""

    def msg(self, line: str) -> None:
        """Write it, at once."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = exception = critical = log = msg


_STEPS = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _request_id,
    _errors,
    structlog.processors.JSONRenderer(serializer=_line),
)
_PROCESSORS: list[Any] = []
"""One list for all applications of this process: loggers keep it, so that none has to be put together for a line."""


def init_app(app: Flask) -> None:
    """Send the logs to standard error as JSON lines."""
    _PROCESSORS[:] = _STEPS
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Libraries) for handler in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))
