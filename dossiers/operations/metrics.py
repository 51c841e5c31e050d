"""Figures for Prometheus, of this process: requests by page and status, how long they took, acts."""

from functools import lru_cache
from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

registry = CollectorRegistry()
requests = Counter("dossiers_requests", "Requests by page and status.", ["page", "status"], registry=registry)
seconds = Histogram(
    "dossiers_request_seconds",
    "How long requests took.",
    ["page"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)
acts = Counter("dossiers_acts", "Acts recorded, by trigger.", ["trigger"], registry=registry)

log = structlog.get_logger()


@lru_cache(maxsize=1024)
def _of_page(page: str, status: int) -> tuple[Counter, Histogram]:
    return requests.labels(page, status), seconds.labels(page)


def told_of(**what: object) -> None:
    """What the log's line of this request is to say besides: numbers and codes, nothing personal."""
    g.told_of = what


def init_app(app: Flask) -> None:
    """Count and log every request: its page (never its address), status and milliseconds."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        page = request.endpoint or "unknown"
        took = perf_counter() - g.get("began", perf_counter())
        counter, histogram = _of_page(page, response.status_code)
        counter.inc()
        histogram.observe(took)
        if page != "static":
            ms, told = round(took * 1000, 2), g.get("told_of", {})
            log.info("request", page=page, method=request.method, status=response.status_code, ms=ms, **told)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
