"""A PostgreSQL server of the tests' (and the bench's) own, on loopback: started for a run, then thrown away or kept."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("The tests need PostgreSQL's server programs: sudo apt-get install postgresql")
    return Path(on_path).parent


class PostgresServer:
    """Start with `with PostgresServer() as server`; `server.url("name")` is the address of a database in it.

    In a `folder` of its own it is kept and writes durably, as a real one does; else it is fast and thrown away.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="dossiers-pg-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self) -> "PostgresServer":
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        if not data.exists():
            self._run(
                "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
            )
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=60"
        if self.kept:
            options += f" -c unix_socket_directories={self.folder} -c shared_buffers=1GB -c max_wal_size=4GB"
            options += " -c random_page_cost=1.1"
        else:
            options += " -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._run("pg_ctl", "-D", str(data), "-l", str(self.folder / "log"), "-o", options, "-w", "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast" if self.kept else "immediate", "stop")
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_programs() / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")

    def url(self, database: str) -> str:
        """The address of a database, as the setting DOSSIERS_DATABASE_URL takes it; of one that is kept its socket, as
        docs/admin.md recommends where the program runs on the same machine.
        """
        if self.kept:
            return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={self.port}"
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement on the maintenance database."""
        for attempt in range(20):
            try:
                with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as db:
                    db.execute(statement.encode())
                return
            except psycopg.errors.ObjectInUse:  # a closing connection of the test before
                if attempt == 19:
                    raise
                time.sleep(0.05)
