"""The floor: bare Flask and raw sqlite3 doing only the query, or only the update and the audit line in one commit."""

import sqlite3
import sys
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from flask import Flask, g, redirect, request, session
from waitress import serve

from bench.data import EVENTS, rows

PAGE = "<!doctype html><meta charset=utf-8><title>floor</title><table>{}</table>"


def fold(text: str) -> str:
    """Without accents."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def build(path: Path, count: int) -> None:
    """Make the database."""
    db = sqlite3.connect(path)
    db.executescript(
        """PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
        CREATE TABLE dossier (id INTEGER PRIMARY KEY, name TEXT, folded TEXT, organisation TEXT, cell TEXT, state TEXT,
          since TEXT);
        CREATE TABLE audit (dossier INTEGER, seq INTEGER, what TEXT, at TEXT, PRIMARY KEY (dossier, seq)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE names USING fts5(folded, content='');"""
    )
    data = list(rows(count))
    db.executemany("INSERT INTO dossier VALUES (?,?,?,?,?,?,?)",
                   [(r.id, r.name, fold(r.name), r.organisation, r.cell, r.state, r.since) for r in data])  # fmt: skip
    db.executemany("INSERT INTO names (rowid, folded) VALUES (?,?)", [(r.id, fold(r.name)) for r in data])
    db.executemany("INSERT INTO audit VALUES (?,?,?,?)",
                   [(r.id, n, "act", r.since) for r in data for n in range(1, EVENTS + 1)])  # fmt: skip
    db.execute("CREATE INDEX i ON dossier (organisation, state, since, id)")
    db.execute("ANALYZE")
    db.commit()
    db.close()


def app_for(path: Path) -> Flask:
    """The application."""
    app = Flask(__name__)
    app.secret_key = "bench" * 8

    def db() -> sqlite3.Connection:
        if "db" not in g:
            g.db = sqlite3.connect(path, isolation_level=None, timeout=15)
            g.db.execute("PRAGMA synchronous=FULL")
        return g.db

    @app.teardown_appcontext
    def close(_error: object) -> None:
        if "db" in g:
            g.db.close()

    def table(lines: list[tuple[object, ...]]) -> str:
        cells = ("".join(f"<td>{value}</td>" for value in line) for line in lines)
        return PAGE.format("".join(f"<tr>{line}</tr>" for line in cells))

    @app.get("/sign-in")
    def sign_in() -> str:
        session["who"] = 1
        return "in"

    @app.get("/list")
    def listing() -> str:
        query = "SELECT id, name, cell, state, since FROM dossier WHERE organisation=? AND state=? ORDER BY since DESC LIMIT 50"
        return table(db().execute(query, (request.args["unit"], request.args["state"])).fetchall())

    @app.get("/one/<int:number>")
    def one(number: int) -> str:
        head = db().execute("SELECT * FROM dossier WHERE id=?", (number,)).fetchall()
        return table(head + db().execute("SELECT * FROM audit WHERE dossier=? ORDER BY seq", (number,)).fetchall())

    @app.post("/move/<int:number>")
    def move(number: int) -> object:
        db().execute("BEGIN IMMEDIATE")
        db().execute(
            "UPDATE dossier SET state = CASE state WHEN 'listed' THEN 'paused' ELSE 'listed' END WHERE id=?", (number,)
        )
        db().execute(
            "INSERT INTO audit SELECT ?, max(seq) + 1, 'act', 'now' FROM audit WHERE dossier=?", (number, number)
        )
        db().execute("COMMIT")
        return redirect(f"/one/{number}", 303)

    @app.get("/search")
    def search() -> str:
        words = " AND ".join(f'"{word}"' for word in fold(request.args["q"]).split())
        query = "SELECT d.id, d.name FROM names JOIN dossier d ON d.id = names.rowid WHERE names MATCH ? LIMIT 50"
        return table(db().execute(query, (words,)).fetchall())

    @app.get("/report")
    def report() -> str:
        return table(db().execute("SELECT organisation, state, count(*) FROM dossier GROUP BY 1, 2").fetchall())

    return app


if __name__ == "__main__":
    file, size, port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if not file.exists():
        build(file, size)
    serve(app_for(file), host="127.0.0.1", port=port, threads=8)
