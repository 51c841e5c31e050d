"""Asks the virus scanner again about files that were stored while it did not answer."""

import structlog

from dossiers.extensions import write_transaction
from dossiers.papers import files, objects, scanner

log = structlog.get_logger()


def ask_again() -> tuple[int, int]:
    """How many files were answered for, and how many still wait; stops at the first that gets no answer."""
    waiting = files.waiting()
    for done, address in enumerate(waiting):
        try:
            said = scanner.verdict(files.read(address))
        except files.Damaged as error:
            log.error("file_damaged", address=address[:12], why=str(error))
            continue  # audit verify names it too
        except objects.Unreachable as error:
            log.warning("scan_store", why=str(error))
            return done, len(waiting) - done
        if said == scanner.WAITING:
            return done, len(waiting) - done
        if said == scanner.INFECTED:
            log.warning("file_infected", address=address[:12])
        with write_transaction():
            files.judged(address, said)
    return len(waiting), 0
