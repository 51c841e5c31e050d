"""/healthz, /readyz and /metrics."""

from flask import Blueprint, Response, abort, current_app
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from dossiers.extensions import db
from dossiers.operations.figures import Shared
from dossiers.operations.metrics import registry
from dossiers.security import is_near, permits

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@permits("public")
def healthz() -> ResponseReturnValue:
    """Whether the process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@permits("public")
def readyz() -> ResponseReturnValue:
    """Whether the database answers and is migrated."""
    try:
        db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except Exception:
        return {"status": "the database does not answer or is not migrated"}, 503
    return {"status": "ready"}


@blueprint.get("/metrics")
@permits("public")
def metrics() -> ResponseReturnValue:
    """Figures for Prometheus; to this machine only."""
    if not is_near():
        abort(404)
    shared: Shared | None = current_app.extensions.get("figures")
    told = shared.all() if shared else generate_latest(registry)
    return Response(told, content_type=CONTENT_TYPE_LATEST)
