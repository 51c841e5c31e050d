"""Builds the database (first time) and serves: python main.py FILE SIZE PORT PROCESSES."""

import os
import signal
import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent.parent)]
FILE = Path(sys.argv[1])
SIZE, PORT, PROCESSES = (int(argument) for argument in sys.argv[2:5])

sys.modules["main"] = sys.modules[__name__]  # ROOT_URLCONF names this module

from django.conf import settings

settings.configure(
    SECRET_KEY="bench" * 10,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="main",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
                    "simple_history", "cases"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware", "simple_history.middleware.HistoryRequestMiddleware",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(FILE), "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": 15, "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"},
    }},
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [str(HERE / "templates")],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                           "django.contrib.auth.context_processors.auth",
                                           "django.contrib.messages.context_processors.messages"]},
    }],
)  # fmt: skip

import django

django.setup()

from cases import views
from django.contrib.auth import get_user_model, login
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path


def sign_in(request):
    """Signs the benchmark's user in and hands out the CSRF token."""
    login(request, get_user_model().objects.get(username="bench"))
    return HttpResponse(get_token(request))


urlpatterns = [
    path("sign-in", sign_in),
    path("list", views.listing),
    path("one/<int:number>", views.one, name="one"),
    path("move/<int:number>", views.move, name="move"),
    path("search", views.search),
    path("report", views.report),
]


def build() -> None:
    """Make the database with bulk_create."""
    from cases.models import Dossier, Unit
    from django.db import connection, transaction
    from django.utils import timezone

    from bench.data import CELLS, EVENTS, ORGANISATIONS, rows

    call_command("migrate", run_syncdb=True, verbosity=0)
    user = get_user_model().objects.create_user("bench", password="bench")
    units = {}
    with transaction.atomic():
        for code in ORGANISATIONS:
            top = Unit.objects.create(code=code)
            for n in range(1, CELLS + 1):
                units[f"{code}-C{n}"] = Unit.objects.create(code=f"{code}-C{n}", parent=top)
        batch = [
            Dossier(id=r.id, name=r.name, folded=views.fold(r.name), unit=units[r.cell], state=r.state, since=r.since)
            for r in rows(SIZE)
        ]
        Dossier.objects.bulk_create(batch, batch_size=2000)
        history, now = Dossier.history.model, timezone.now()
        for _n in range(EVENTS):
            history.objects.bulk_create(
                [
                    history(
                        id=d.id,
                        name=d.name,
                        folded=d.folded,
                        unit_id=d.unit_id,
                        state=d.state,
                        since=d.since,
                        history_date=now,
                        history_type="~",
                        history_user=user,
                    )
                    for d in batch
                ],
                batch_size=2000,
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def serve_in_processes() -> None:
    """PROCESSES processes on one socket, a thread each; ends them when it is ended."""
    listening = socket.create_server(("127.0.0.1", PORT), backlog=64)
    children = []
    for _process in range(PROCESSES):
        child = os.fork()
        if child == 0:
            serve(get_wsgi_application(), sockets=[listening], threads=1)
            os._exit(0)
        children.append(child)
    signal.signal(signal.SIGTERM, lambda *_: [os.kill(child, signal.SIGTERM) for child in children])
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    if not FILE.exists():
        build()
    from waitress import serve

    if PROCESSES > 1:
        from django.db import connections

        connections.close_all()
        serve_in_processes()
    else:
        serve(get_wsgi_application(), host="127.0.0.1", port=PORT, threads=8)
