"""PDF of texts that have a template of their own: by LibreOffice, where the setting names it, within its time."""

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from flask import current_app

from dossiers.languages import gettext as _
from dossiers.papers.judging import Unfit


def is_set() -> bool:
    """Whether this instance has LibreOffice."""
    return bool(current_app.config["LIBREOFFICE"])


def pdf(docx: bytes) -> bytes:
    """A DOCX of ours as PDF. Raises Unfit when LibreOffice makes none in its time; what it began is ended."""
    seconds = int(current_app.config["LIBREOFFICE_SECONDS"])
    with tempfile.TemporaryDirectory(prefix="dossiers-") as folder:  # only its owner reads it
        source = Path(folder, "text.docx")
        source.write_bytes(docx)
        command = [
            str(current_app.config["LIBREOFFICE"]), "--headless", "--norestore", "--nolockcheck",
            f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf", "--outdir", folder, str(source),
        ]  # fmt: skip
        running = subprocess.Popen(  # noqa: S603 - the program the setting names, and a file of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"HOME": folder, "PATH": os.defpath}, start_new_session=True,
        )  # fmt: skip
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Unfit(
                _("LibreOffice không chuyển xong sang PDF trong %(n)s giây; tải bản Word.", n=seconds)
            ) from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)  # it starts another that would stay
            running.wait()
        try:
            return source.with_suffix(".pdf").read_bytes()
        except OSError:
            raise Unfit(_("LibreOffice không chuyển được văn bản này sang PDF; tải bản Word.")) from None
