"""Pictures of every page at 360 and 1440 px, from a fresh demo: `make screenshots` (build/screenshots/)."""

import os
import shutil
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "screenshots"
README_PICTURE = ROOT / "docs" / "pictures" / "dossier.png"
WIDTHS = (360, 1440)


def main() -> None:
    """Take them all; says which pages scroll sideways."""
    os.environ["DOSSIERS_INSTANCE"] = tempfile.mkdtemp(prefix="dossiers-shots-")
    from flask_migrate import upgrade
    from playwright.sync_api import sync_playwright
    from sqlalchemy import select
    from waitress.server import create_server

    from dossiers import create_app
    from dossiers.accounts.models import Account
    from dossiers.casework.models import Dossier
    from dossiers.demo import load
    from dossiers.extensions import db
    from dossiers.units.models import Unit

    app = create_app()
    with app.app_context():
        upgrade()
        load.load(0, 2022)
        labels = {a.email.split("@")[0]: a.demo_label for a in db.session.scalars(select(Account)) if a.demo_label}
        here = db.session.execute(
            select(Dossier.state, Dossier.code).join(Unit, Unit.id == Dossier.unit_id).where(Unit.code == "DB02-C3")
        )
        mine = {state: code for state, code in here}  # noqa: C416 - dict() would take the result for a mapping: it has keys()
    pages: dict[str, dict[str, str]] = {
        "": {"sign-in": "/dang-nhap"},
        "cell-secretary.db02-c3": {
            "inbox": "/viec-cua-toi", "list": "/ho-so", "dossier": f"/ho-so/{mine['cell_review']}",
            "dossier-applying": f"/ho-so/{mine['applying']}", "vote": f"/ho-so/{mine['cell_review']}/pass_cell_vote",
            "papers": f"/ho-so/{mine['applying']}/record_papers",
            "relatives": f"/ho-so/{mine['applying']}/record_relatives",
            "candidate": f"/ho-so/{mine['applying']}/correct_candidate", "new": "/ho-so/moi", "search": "/tim?q=nguyen",
            "unit": "/don-vi/DB02-C3", "own": "/tai-khoan-cua-toi", "missing": "/khong-co",
        },
        "upper-officer.khoi": {
            "inbox-upper": "/viec-cua-toi", "sourcing": "/nguon", "training": "/boi-duong", "verification": "/tham-tra",
            "admission": "/xet-ket-nap", "monitoring": "/sau-ket-nap", "quota": "/chi-tieu",
            "report": "/bao-cao", "units": "/don-vi",
            "rules": "/quy-tac", "class": "/boi-duong/lop/104", "give-quota": "/chi-tieu/giao",
        },
        "inspector.khoi": {"log": "/nhat-ky", "office-log": "/nhat-ky/quan-tri"},
        "administrator.khoi": {"accounts": "/tai-khoan", "account": "/tai-khoan/1", "new-unit": "/don-vi/moi"},
    }  # fmt: skip
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    address = f"http://127.0.0.1:{server.effective_port}"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    flags += ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        for width in WIDTHS:
            for who, shots in pages.items():
                page = browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN").new_page()
                page.goto(f"{address}/dang-nhap")
                if who:
                    page.get_by_role("button", name=labels[who]).click()
                for name, target in shots.items():
                    page.goto(address + target)
                    page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{name} scrolls sideways at {width} px: {wide}")
                    if name == "dossier-applying" and width == WIDTHS[-1]:
                        page.set_viewport_size({"width": 1180, "height": 780})
                        page.screenshot(path=README_PICTURE)
        browser.close()
    server.close()
    print(f"{len(list(OUT.iterdir()))} pictures in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
