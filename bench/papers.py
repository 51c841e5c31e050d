"""`python -m bench.papers`: what papers cost, in this process and on one core: a dossier of 40 scanned pages as one PDF
through its page, a 10 MB upload through its form, 1,000 texts drawn up and what memory they leave behind.

Wall time on a busy machine says little, so processor time stands beside it, that of the program that reads files included.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

PAGES = 40
ROUNDS = 5


def page(rng: Random, quality: int = 60) -> bytes:
    """A grey page of A4 at 200 dpi, as full as a scan of type is."""
    from PIL import Image, ImageFilter  # which no server holds

    grain = Image.frombytes("L", (414, 585), rng.randbytes(414 * 585)).resize((1654, 2339))
    made = io.BytesIO()
    grain.filter(ImageFilter.GaussianBlur(1)).save(made, "JPEG", quality=quality)
    return made.getvalue()


def _processor() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measured(work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """The middle of some rounds: milliseconds on the clock, and of processor time."""
    clock, busy = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), _processor()
        work()
        clock.append(time.perf_counter() - began)
        busy.append(_processor() - used)
    return {"wall_ms": round(1000 * sorted(clock)[rounds // 2]), "cpu_ms": round(1000 * sorted(busy)[rounds // 2])}


def resident() -> float:
    """Megabytes this process holds."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def main() -> None:
    """Prepare a demo, draw texts up, put 40 pages on one of its papers, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dossiers-papers-") as folder:
        os.environ["DOSSIERS_INSTANCE"] = folder
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "prepare"], check=True, capture_output=True)
        print(json.dumps(_measure(options.renders), indent=1))


def _measure(renders: int) -> dict[str, Any]:
    from sqlalchemy import text  # with the application, once its folder is named

    from dossiers import create_app
    from dossiers.casework.loading import load_for_administration
    from dossiers.documents import rendering, services
    from dossiers.extensions import db
    from tests.people import Person, code_in, dossier, unit_of
    from workflow.papers import Kind

    app = create_app({"TESTING": True})
    code = code_in(app, "verifying")
    told: dict[str, Any] = {}
    with app.app_context():
        case = load_for_administration(code)
        for _ in range(20):
            rendering.pdf(services.composed(case, Kind.CELL_RESOLUTION, True))
        before, began = resident(), _processor()
        for _ in range(renders):
            rendering.pdf(services.composed(case, Kind.CELL_RESOLUTION, True))
        spent = _processor() - began
        told["renders"] = {"count": renders, "cpu_ms_each": round(1000 * spent / renders, 1), "mb_before": before,
                           "mb_after": resident()}  # fmt: skip
    with app.app_context():
        query = "SELECT seq || '.' || nr FROM paper_record WHERE dossier_id = :d AND form = '1-KNĐ'"
        paper = db.session.execute(text(query), {"d": dossier(app, code).id}).scalar_one()
    who, rng = Person(app, "cell_secretary", unit_of(app, code)), Random(1)

    def send(*files: bytes) -> None:
        form = who.get(f"/ho-so/{code}/attach_scan?giay={paper}").forms["act"]
        if "instead" in form.fields:
            form["instead"].checked = True
        sent = [(name, value) for name, value in form.submit_fields() if name and name not in ("files", "photos")]
        chosen = [("files", f"{nr}.jpg", content) for nr, content in enumerate(files)]
        who.web.post(f"/ho-so/{code}/attach_scan?giay={paper}", params=sent, upload_files=chosen, status=303)

    scans = [page(rng) for _ in range(PAGES)]
    ten = [page(rng, 97) for _ in range(8)]
    told["upload"] = {"mb": round(sum(map(len, ten)) / 1e6, 1), **measured(lambda: send(*[*ten[1:], page(rng, 97)]), 3)}
    send(*scans)
    whole = measured(lambda: who.get(f"/ho-so/{code}/ca-ho-so.pdf"))
    told["whole_dossier"] = {"pages": PAGES, "mb": round(sum(map(len, scans)) / 1e6, 1), **whole}
    return told


if __name__ == "__main__":
    main()
