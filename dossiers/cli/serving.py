"""Commands that start things: demo data, preparing, serving."""

import ctypes
import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from socket import socket
from threading import Thread
from time import monotonic, sleep

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from dossiers.accounts import sessions
from dossiers.casework import claims, recounting, trials
from dossiers.cli.common import Command, Commands, fail
from dossiers.demo.accounts import accounts_of_demo
from dossiers.extensions import db
from dossiers.later import gathering
from dossiers.operations.figures import Shared
from dossiers.papers import asking, files, keeping, objects
from dossiers.privacy import counting
from dossiers.privacy import services as privacy
from dossiers.rules import instance
from dossiers.units.models import Unit

log = structlog.get_logger()

_LOOKS_EVERY = 20.0
"""Seconds between two looks of the worker for something to do."""

_CLEARS_EVERY = 3600.0
"""Seconds between two clearings of sessions."""

NEAR = ("127.0.0.1", "::1", "localhost")

_SCENE = click.option(
    "--scene", type=click.Choice(["bloc", "ward"]), default="bloc", show_default=True,
    help="The demo's people: a bloc in 2022, or a ward under the rules of 2026.",
)  # fmt: skip

demo = Commands("demo", help="The demo instance.")


@demo.command("load")
@_SCENE
@click.option("--dossiers", "count", type=click.IntRange(0, 2_000_000), default=0, help="Make this many more dossiers.")
@click.option("--seed", type=int, default=2022, show_default=True, help="Another seed makes other people.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database already holds units.")
def demo_load(scene: str, count: int, seed: int, if_empty: bool) -> None:
    """Fill an empty database: with the bloc of the letter (2022), or with a ward under the rules of 2026."""
    from dossiers.demo import load  # makes a whole bloc, which no page wants

    try:
        made = load.load(count, seed, scene)
    except load.NotEmpty:
        if if_empty:
            click.echo("The database already holds data; nothing was changed.")
            return
        fail("The database already holds units; demo data is only loaded into an empty one.")
    click.echo(f"Made {made} dossiers.")


def _prepare(scene: str) -> None:
    """Bring the database up to date; fill an empty one with a scene of the demo."""
    from flask_migrate import upgrade  # brings Alembic along, which no page wants

    from dossiers.demo import load  # makes a whole bloc, which no page wants

    upgrade()
    if db.session.scalar(select(Unit.id).limit(1)) is None:
        click.echo("First start: making the demo data (a few seconds) …")
        sys.stdout.flush()
        click.echo(f"Made {load.load(0, 2022, scene)} dossiers of invented people.")
    db.session.remove()


@click.command("prepare", cls=Command)
@_SCENE
@with_appcontext
def prepare(scene: str) -> None:
    """Bring the database up to date; fill an empty one with the demo data."""
    _prepare(scene)


def _share_one_heap() -> None:
    """Keep glibc from giving each thread a heap of its own: the worker would grow by a third; threads take turns.

    And let it give back what laying out a text took, instead of keeping the more, the more once was taken.
    """
    arenas_at_most, given_back_from, apart_from = -8, -1, -3  # M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
    with suppress(OSError, AttributeError):  # another C library has no such thing
        heap = ctypes.CDLL(None)
        for setting, value in ((arenas_at_most, 1), (given_back_from, 131_072), (apart_from, 131_072)):
            heap.mallopt(setting, value)


def _work_beside(app: Flask) -> None:
    """In a thread: count open deadlines anew, when the rules changed for more dossiers than a request counts; run
    rulebooks dry; ask the virus scanner about files that wait; count what was read; and, at the start and each hour,
    clear away sessions, reads and claims whose time is over, and sweep the store of scans.
    """

    def work() -> None:
        cleared = float("-inf")
        while True:
            sleep(_LOOKS_EVERY)
            with app.app_context():
                try:
                    if recounting.is_pending():
                        recounting.recount()
                    trials.carry_on_all()
                    asking.ask_again()
                    counting.count()
                    if monotonic() - cleared > _CLEARS_EVERY:
                        sessions.forget()
                        privacy.forget()
                        claims.forget()
                        _sweep()
                        cleared = monotonic()
                except Exception:  # such as a database that is away for a while: told, and tried again
                    log.exception("worker")

    Thread(target=work, name="worker", daemon=True).start()


def _sweep() -> int:
    """Take away what acts that were cut off left in the store of scans; told, and tried again, when it is away."""
    try:
        return keeping.sweep()
    except (objects.Unreachable, files.Damaged) as error:
        log.warning("scan_store", why=str(error))
        return 0


@click.command("worker", cls=Command)
@with_appcontext
def worker() -> None:
    """Do what waits to be done beside requests, once (`serve` does it by itself): count open deadlines anew, run loaded
    rulebooks dry, clear away sessions, reads and notes of who works on what whose time is over, sweep the store of
    scans, ask the virus scanner about files that wait, count what was read.
    """
    click.echo(f"{recounting.recount()} dossiers got other days.")
    click.echo(f"{trials.carry_on_all()} rulebooks run dry.")
    click.echo(f"{sessions.forget()} sessions cleared away.")
    click.echo(f"{privacy.forget()} reads cleared away.")
    click.echo(f"{claims.forget()} notes of who works on what cleared away.")
    click.echo(f"{_sweep()} loose objects of the store of scans taken away.")
    click.echo(f"{counting.count()} quarters of an hour of reading counted.")
    click.echo("{} files answered for by the virus scanner, {} wait.".format(*asking.ask_again()))


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT")
@click.option("--workers", type=click.IntRange(1, 32), help="So many processes; DOSSIERS_WORKERS if left out.")
@click.option("--prepare", "first", is_flag=True, help="Do what `prepare` does before serving.")
@_SCENE
@with_appcontext
def serve(host: str, port: int, workers: int | None, first: bool, scene: str) -> None:
    """Serve the application and say where; a demo is served on this machine only."""
    from dossiers.demo import load  # makes a whole bloc, which no page wants
    from dossiers.operations import server  # brings waitress along; another server may be chosen

    if first:
        _prepare(scene)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # of the proxy
    is_demo = instance.is_demo()
    _refuse(app, host, is_demo)
    try:
        listening = server.listen(host, port)
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror}; another port: make run PORT=8001")
    if is_demo:
        app.config["HOSTS"] = frozenset()  # by the names of this machine only
        click.echo(f"Demo accounts (one click on the sign-in page; password for all: {load.DEMO_PASSWORD})")
        for account in accounts_of_demo():
            click.echo(f"  {account.email:<40} {account.demo_label}")
    _share_one_heap()
    server.quiet()
    # What was read here must not stay an open transaction: SQLite could never write its log back while it serves.
    db.session.remove()
    db.engine.dispose()  # requests get connections of their own, with a limit to their time
    click.echo(f"Open http://{host}:{port}/  (Ctrl+C stops)")
    sys.stdout.flush()
    # What start made stays. Looking through it for garbage again and again would cost whoever asks then 40 ms.
    gc.collect()
    gc.freeze()
    sys.exit(_run(app, listening, workers or int(app.config["WORKERS"])))


def _refuse(app: Flask, host: str, is_demo: bool) -> None:
    """End with one line where what is served would be open to those it should not be, or reach nobody."""
    if is_demo and host not in NEAR:
        fail("a demo is served on this machine only: leave --host away")
    if host not in NEAR and not app.config["HTTPS"]:
        fail("passwords would cross the network in the clear: put a proxy with TLS before it and set DOSSIERS_HTTPS=1")
    if app.config["HTTPS"] and not is_demo and not app.config["HOSTS"]:
        fail("name the hosts people reach it by in DOSSIERS_TRUSTED_HOSTS; requests for others are refused")


def _beat(figures: Shared, alive: Callable[[], bool]) -> bool:
    """What a process of several does every second: tell its figures, and ask whether to go on."""
    figures.publish()
    return alive()


def _run(app: Flask, listening: socket, workers: int) -> int:
    """Serve in this process, or in several, until told to stop; the exit code."""
    from dossiers.operations import processes, server  # bring waitress along

    figures = Shared(workers) if workers > 1 else None
    connections = processes.Connections(workers)
    app.extensions["figures"] = figures

    def work(number: int) -> None:
        one = server.Server(app, listening, int(app.config["THREADS"]) if workers == 1 else 1)
        alive = processes.begin(one.stop, workers == 1)
        connections.take(number)
        one.connections = connections
        if figures is not None:
            figures.take(number)
            one.beat = partial(_beat, figures, alive)
        if number == 0:
            _work_beside(app)
        with gathering(app):
            one.run()

    if workers == 1:
        work(0)
        return 0
    # They are given some seconds more than they give their requests.
    return processes.Watch(workers, work, int(app.config["STOP_SECONDS"]) + 5).run()
