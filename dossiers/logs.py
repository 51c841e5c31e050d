"""Structured logs: one JSON line an event, with the request's id and nothing personal."""

import logging
import secrets
import sys
from typing import Any

import msgspec
import structlog
from flask import Flask, g, has_request_context


def _request_id(_logger: Any, _name: str, event: Any) -> Any:
    if has_request_context():
        if "request_id" not in g:
            g.request_id = secrets.token_hex(6)
        event["request"] = g.request_id
    return event


def _line(event: Any, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def init_app(app: Flask) -> None:
    """Send the logs to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _request_id,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
