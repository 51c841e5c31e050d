"""Files that only their owner reads, whatever the umask: the instance's folder, keys, database, backups, exports."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

OTHERS = 0o077
"""The rights of group and others, of which nothing of an instance has any."""


class Open(Exception):
    """A folder that others can look into and that is not ours to shut; the message is one line."""


def make_folder(path: Path) -> None:
    """Make a folder that only its owner enters, or shut the one that is there. Raises Open, OSError.

    One that belongs to somebody else, or to everybody (such as /tmp), is left as it is.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if not found.st_mode & OTHERS:
        return
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
        raise Open(f"{path} is open to others; name a folder in it, which is then made")
    path.chmod(0o700)


def is_open(folder: Path) -> bool:
    """Whether others can look into a folder."""
    return bool(folder.stat().st_mode & OTHERS)


def create(path: Path) -> BinaryIO:
    """Open a file to be written anew, readable by its owner only, also if it was there before. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        os.fchmod(handle, 0o600)
    return os.fdopen(handle, "wb")


def create_once(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; nothing happens when it is there already. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with create(part) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        part.unlink(missing_ok=True)


def shut_database(path: str) -> None:
    """See that SQLite's file is its owner's; SQLite gives the files it makes beside it the rights of this one.

    Raises OSError.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        for name in (path, f"{path}-wal", f"{path}-shm"):
            shut(name)


def shut(name: str | Path) -> None:
    """Take a file of ours, if it is there, away from group and others. Raises OSError."""
    try:
        found = os.stat(name)
    except FileNotFoundError:
        return
    if found.st_mode & OTHERS and found.st_uid == os.geteuid():
        os.chmod(name, stat.S_IMODE(found.st_mode) & ~OTHERS)
