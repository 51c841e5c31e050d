"""Case management for Party admission dossiers: the Flask application."""

from typing import Any

from flask import Flask

from dossiers import (
    cli,
    clock,
    config,
    errors,
    formatters,
    framing,
    incoming,
    languages,
    logs,
    profile,
    security,
    sessions,
    wire,
)
from dossiers.accounts import library
from dossiers.accounts.delegations import blueprint as delegations_pages
from dossiers.accounts.own import blueprint as own_pages
from dossiers.accounts.roles import blueprint as roles_pages
from dossiers.accounts.views import blueprint as accounts_pages
from dossiers.acting.views import blueprint as acting_pages
from dossiers.admission.views import blueprint as admission_pages
from dossiers.audit.views import blueprint as audit_pages
from dossiers.casework import held, placing, recounting
from dossiers.config import ROOT
from dossiers.decisions import pieces as decisions_pieces
from dossiers.decisions.views import blueprint as decisions_pages
from dossiers.demo.accounts import demo_accounts
from dossiers.demo.views import blueprint as demo_pages
from dossiers.documents.views import blueprint as documents_pages
from dossiers.drafts import sent as drafts
from dossiers.drafts.views import blueprint as drafts_pages
from dossiers.extensions import Migrations, babel, csrf, db
from dossiers.lists import pieces as lists_pieces
from dossiers.lists import seconds
from dossiers.lists.views import blueprint as lists_pages
from dossiers.meetings import pieces as meetings_pieces
from dossiers.meetings.printing import blueprint as meeting_texts
from dossiers.meetings.views import blueprint as meetings_pages
from dossiers.monitoring import pieces as monitoring_pieces
from dossiers.monitoring.views import blueprint as monitoring_pages
from dossiers.operations import metrics
from dossiers.operations.views import blueprint as operations_pages
from dossiers.privacy import services as privacy
from dossiers.quotas.views import blueprint as quotas_pages
from dossiers.reading import pieces as reading_pieces
from dossiers.reading.views import blueprint as reading_pages
from dossiers.reorganising.asking import PLANS
from dossiers.reorganising.views import blueprint as reorganising_pages
from dossiers.reports import pieces as reports_pieces
from dossiers.reports.views import blueprint as reports_pages
from dossiers.rules.services import changed as rules_changed
from dossiers.rules.views import blueprint as rules_pages
from dossiers.sourcing.views import blueprint as sourcing_pages
from dossiers.training.views import blueprint as training_pages
from dossiers.units.registers import touched as votes_touched
from dossiers.units.seats import blueprint as register_pages
from dossiers.units.services import moved as units_moved
from dossiers.units.views import blueprint as units_pages
from dossiers.verification.views import blueprint as verification_pages


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The application, configured from the environment; `settings` override it (tests do).

    Ends the program with one line when a setting cannot be used.
    """
    app = languages.Application(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(config.load())
    app.config.update(settings or {})
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.session_interface = sessions.SignedCookies()
    app.url_map.converters["int"] = security.Number
    logs.init_app(app)
    incoming.init_app(app)
    metrics.init_app(app)
    security.limit_time(app)
    db.init_app(app)
    Migrations(app, str(ROOT / "migrations"))
    csrf.init_app(app)
    babel.init_app(app, locale_selector=languages.locale)
    languages.init_app(app)
    library.init_app(app)
    _blueprints(app)
    security.init_app(app)
    drafts.init_app(app)
    privacy.init_app(app)
    errors.init_app(app)
    framing.init_app(app)
    wire.init_app(app)
    cli.init_app(app)
    seconds.init_app(app, (PLANS,))
    _listen()
    app.filters_of = lambda code: {
        **formatters.filters(code),
        **lists_pieces.filters(code),
        **meetings_pieces.filters(code),
        **decisions_pieces.filters(code),
        **reading_pieces.filters(code),
        **monitoring_pieces.filters(code),
        **reports_pieces.filters(code),
    }
    app.jinja_env.globals.update(may=security.may, percent=formatters.percent, demo_accounts=demo_accounts)
    app.context_processor(_context)
    return app


def _listen() -> None:
    rules_changed.connect(recounting.after_change)
    units_moved.connect(placing.after_move)
    votes_touched.connect(held.counted_since)


def _blueprints(app: Flask) -> None:
    for blueprint in (
        lists_pages, reading_pages, acting_pages, sourcing_pages, training_pages, verification_pages, admission_pages,
        monitoring_pages, units_pages, register_pages, accounts_pages, roles_pages, own_pages, quotas_pages,
        audit_pages, rules_pages, demo_pages, operations_pages, reports_pages, drafts_pages, documents_pages,
        meetings_pages, meeting_texts, decisions_pages, delegations_pages, reorganising_pages,
    ):  # fmt: skip
        app.register_blueprint(blueprint)


def _context() -> dict[str, Any]:
    return {
        "language": languages.language(),
        "today": clock.today(),
        "is_register": profile.is_register(),
        "csrf_token": sessions.token,
    }
