"""Pictures of every page at 360, 768 and 1440 px, from a fresh demo: `make screenshots` (build/screenshots/)."""

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "screenshots"
README_PICTURE = ROOT / "docs" / "pictures" / "dossier.png"
WIDTHS = (360, 768, 1440)
IN_ENGLISH_TOO = ("results", "inbox", "list", "dossier", "vote", "report", "rules", "office-log", "ui")
IN_THE_DARK_TOO = ("sign-in", "inbox", "list", "dossier", "wrong", "quota", "ui")
FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


def pages(mine: dict[str, str]) -> dict[str, dict[str, str]]:
    """Whose pages are taken, and which: their names and addresses. `mine`: a dossier of the cell in each state."""
    applying, voting = f"/ho-so/{mine['applying']}", f"/ho-so/{mine['cell_review']}"
    return {
        "": {"sign-in": "/dang-nhap", "ui": "/ui"},
        "cell-secretary.db02-c3": {
            "inbox": "/viec-cua-toi", "list": "/ho-so", "dossier": applying, "dossier-voting": voting,
            "papers": f"{applying}/giay-to", "relatives": f"{applying}/than-nhan", "votes": f"{voting}/bieu-quyet",
            "history": f"{applying}/dien-bien", "vote": f"{voting}/pass_cell_vote", "wrong": f"{voting}/pass_cell_vote",
            "record-papers": f"{applying}/record_papers", "record-relatives": f"{applying}/record_relatives",
            "candidate": f"{applying}/correct_candidate", "correct": f"{applying}/correct_record",
            "withdraw": f"{applying}/withdraw", "new": "/ho-so/moi", "take-over": "/ho-so/tiep-nhan",
            "month": "/sau-ket-nap/thang", "year": f"/ho-so/{mine['probationary']}/nam-du-bi",
            "search": "/tim?q=nguyen", "unit": "/don-vi/DB02-C3", "own": "/tai-khoan-cua-toi", "missing": "/khong-co",
            "meetings": "/hop", "meeting": "/hop/2", "attendance": "/hop/2/diem-danh", "results": "/hop/2/ket-qua",
            "meeting-closed": "/hop/1", "minutes": "/hop/1/bien-ban", "call": "/hop/moi",
        },
        "upper-officer.khoi": {
            "inbox-upper": "/viec-cua-toi", "sourcing": "/nguon", "training": "/boi-duong", "verification": "/tham-tra",
            "admission": "/xet-ket-nap", "monitoring": "/sau-ket-nap", "quota": "/chi-tieu", "report": "/bao-cao",
            "units": "/don-vi", "rules": "/quy-tac", "rules-compared": "/quy-tac/so-sanh/RB-2025/RB-2026B",
            "board": "/sau-ket-nap/bang", "due": "/sau-ket-nap/den-han?quy=2023-1",
            "classification": "/sau-ket-nap/phan-loai",
            "decisions": "/quyet-dinh", "registers": "/so-van-ban", "register": "/so-van-ban/1",
            "register-open": "/so-van-ban/moi", "register-printed": "/so-van-ban/1/in",
            "class": "/boi-duong/lop/104", "give-quota": "/chi-tieu/giao",
        },
        "inspector.khoi": {"log": "/nhat-ky", "office-log": "/nhat-ky/quan-tri"},
        "administrator.khoi": {
            "accounts": "/tai-khoan", "account": "/tai-khoan/1", "whose": "/tai-khoan/4/nguoi", "roles": "/vai-tro",
            "new-unit": "/don-vi/moi",
            "templates": "/mau-van-ban", "template": "/mau-van-ban/admission_decision",
            "template-shipped": "/mau-van-ban/admission_decision/ban/0",
            "rule-value": "/quy-tac/RB-2025/removal_grounds", "calendar": "/quy-tac/lich",
        },
    }  # fmt: skip


def take(page: Any, name: str, width: int) -> None:
    """One picture of a page as it stands; says so when it scrolls sideways."""
    page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        print(f"{name} scrolls sideways at {width} px: {wide}")


def main() -> None:
    """Take them all."""
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
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    address = f"http://127.0.0.1:{server.effective_port}"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = FLAGS + (["--no-sandbox"] if os.getuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        for width in WIDTHS:
            for who, shots in pages(mine).items():
                page = browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN").new_page()
                page.goto(f"{address}/dang-nhap")
                if who:
                    page.get_by_role("button", name=labels[who]).first.click()
                for name, target in shots.items():
                    page.goto(address + target)
                    if name == "wrong":  # sent empty
                        page.locator("#act button[type=submit], #act .buttons button").first.click()
                    take(page, name, width)
                    if name in IN_THE_DARK_TOO:
                        page.emulate_media(color_scheme="dark")
                        take(page, f"{name}-dark", width)
                        page.emulate_media(color_scheme="light")
                page.get_by_role("button", name="English").click()
                for name in [name for name in shots if name in IN_ENGLISH_TOO]:
                    page.goto(address + shots[name])
                    take(page, f"{name}-en", width)
                page.context.close()
        page = browser.new_context(viewport={"width": 1180, "height": 900}, locale="vi-VN").new_page()
        page.goto(f"{address}/dang-nhap")
        page.get_by_role("button", name=labels["cell-secretary.db02-c3"]).click()
        page.goto(f"{address}/ho-so/{mine['applying']}")
        page.screenshot(path=README_PICTURE)
        browser.close()
    server.close()
    print(f"{len(list(OUT.iterdir()))} pictures in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
