"""Profile `register`: no papers' contents, no relatives, no texts of the verification; not in, and not out.

The marks below are put into a full installation. Then every address of the URL map, every act and every command is
tried in an installation that is a register over the same database: none tells a mark, and none takes one.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from webtest import Upload

from dossiers import create_app, profile
from dossiers.acting.road import _FORMS
from dossiers.audit import services as audit
from dossiers.casework import loading
from dossiers.casework.models import Dossier
from dossiers.cli import COMMANDS
from dossiers.extensions import db
from dossiers.papers.models import PaperScan, StoredFile
from dossiers.people.models import Relative
from dossiers.security import has_contents
from tests import addresses
from tests.conftest import World
from tests.dossiers.documents.test_templates import docx as template
from tests.dossiers.papers import samples
from tests.dossiers.papers.test_scans import attach
from tests.people import Person, code_in, dossier, text_of, unit_of

Maker = Callable[..., Person]

NAME, RESULT = "Nguyễn Văn Dấu Hiệu", "Kết quả đánh dấu riêng"
TEXT = "Đủ điều kiện về lịch sử chính trị và chính trị hiện nay."
"""What the demo writes whenever a verification is concluded."""

CV = "Ưu điểm đánh dấu riêng"

MARKS = (NAME, RESULT, TEXT, CV)


def marked(app: Flask, person: Maker) -> tuple[str, str]:
    """Put marks into dossiers of a full installation: a relative with a result, a conclusion, a scan; the codes."""
    code = code_in(app, "verifying", skip=1)
    cell = person("cell_secretary", unit_of(app, code))
    form = cell.form(code, "record_relatives")
    row = max(int(found.group(1)) for name in form.fields if (found := re.match(r"relatives-(\d+)-name", name or "")))
    for name, value in (("relation", "child"), ("name", NAME), ("result", RESULT), ("verified_on", "27/07/2022")):
        form[f"relatives-{row}-{name}"] = value
    assert cell.send(form).status_int == 303
    form = cell.get(f"/ho-so/{code}/write_cv?muc=review").forms["act"]
    form["strengths"] = CV
    assert form.submit().status_int == 303
    with app.app_context():
        query = "SELECT p.seq, p.nr FROM paper_record p JOIN dossier d ON d.id = p.dossier_id WHERE d.code = :c LIMIT 1"
        paper = db.session.execute(text(query), {"c": code}).one()
    attach(cell, code, f"{paper.seq}.{paper.nr}", ("a.jpg", samples.jpeg()))
    return code, code_in(app, "cell_review")


@pytest.fixture
def register(world: World, app: Flask, person: Maker) -> Iterator[tuple[Flask, str, str]]:
    """An installation that is a register, over a database in which another one put contents."""
    first, second = marked(app, person)
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    made = create_app({"SQLALCHEMY_DATABASE_URI": url, "TESTING": True, "SIGN_IN_TRIES": 500, "PROFILE": "register"})
    yield made, first, second
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def plain(body: bytes) -> str:
    """All words of an answer, those of a zip within it too."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as pack:
            return " ".join(pack.read(name).decode(errors="replace") for name in pack.namelist())
    return body.decode(errors="replace")


def told(body: bytes) -> list[str]:
    return [mark for mark in MARKS if mark in plain(body)]


def test_the_full_installation_tells_the_marks(app: Flask, person: Maker) -> None:
    """What is looked for below can be found."""
    first, second = marked(app, person)
    inspector = person("inspector", "KHOI")
    assert NAME in inspector.get(f"/ho-so/{first}/than-nhan").text
    assert RESULT in inspector.get(f"/ho-so/{first}/than-nhan").text
    assert CV in inspector.get(f"/ho-so/{first}/ly-lich").text
    assert TEXT in inspector.get(f"/ho-so/{second}/dien-bien").text


def test_no_address_tells_of_contents(register: tuple[Flask, str, str]) -> None:
    """Every rule of the URL map, with every value we know for it and with each marked dossier."""
    app, *codes = register
    people: dict[tuple[str, str], Person] = {}
    inspector = Person(app, "inspector", "KHOI")
    seen = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for code in codes:
            known = {
                "code": code, "seq": scan_of(app, code), "form": "6-KNĐ", "suffix": "docx", "text": "cell_resolution",
            }  # fmt: skip
            url = rule.rule
            for name in rule.arguments:
                first = re.search(rf"<any\('?([^',)]*)[^>]*:{name}>", url)
                url = re.sub(rf"<(?:[^:>]*:)?{name}>", str(known.get(name, first[1] if first else 1)), url)
            answer = inspector.web.get(quote(url), status="*")
            assert told(answer.body) == [], url
            if has_contents(app, rule.endpoint):
                assert answer.status_int == 404, url
                seen.add(rule.endpoint)
    assert {"reading.scan", "reading.relatives", "documents.text", "acting.attach_scan", "reading.cv"} <= seen
    assert {"documents.check", "meeting_texts.text", "meeting_texts.progress", "training.class_text"} <= seen
    with app.app_context():
        pages = addresses.everything(app)
    for page in pages:
        who = people.setdefault((page.role, page.unit), Person(app, page.role, page.unit)) if page.role else inspector
        answer = who.web.get(page.path, status="*")
        assert told(answer.body) == [], page.path


def test_no_page_offers_a_text(register: tuple[Flask, str, str]) -> None:
    """Of a dossier, a meeting, a class: where a full installation has texts as files, a register shows none."""
    app, first, _second = register
    inspector, officer = Person(app, "inspector", "KHOI"), Person(app, "upper_officer", "KHOI")
    for who, page in (
        (inspector, f"/ho-so/{first}/giay-to"), (inspector, "/hop/1"), (inspector, "/hop/1/bien-ban"),
        (inspector, "/hop/1/nghi-quyet"), (inspector, "/hop/2/giay-moi"), (officer, "/boi-duong/lop/1"),
        (officer, "/quyet-dinh"),
    ):  # fmt: skip
        links = [link["href"] for link in who.get(page).html.select("main a[href]")]
        assert not [
            link
            for link in links
            if "/van-ban/" in link.removesuffix("/van-ban/kiem-tra") or "/boi-duong/lop/1/" in link
        ], page


def scan_of(app: Flask, code: str) -> int:
    with app.app_context():
        query = select(PaperScan.seq).join(Dossier, Dossier.id == PaperScan.dossier_id).where(Dossier.code == code)
        return db.session.scalar(query.limit(1)) or 1


OF_TEMPLATES = ("", "/cell_resolution", "/cell_resolution/ban/1", "/cell_resolution/ban/1/tep.docx",
                "/cell_resolution/ban/1/xem-thu.docx", "/cell_resolution/mau-goc.docx")  # fmt: skip


def test_there_are_no_templates_of_texts(app: Flask, person: Maker, register: tuple[Flask, str, str]) -> None:
    """Not shown, not loaded, not confirmed; and one that a full installation loaded makes nothing here."""
    full = person("administrator", "KHOI")
    form = full.get("/mau-van-ban/cover_list").forms["act"]
    form["ground"], form["tep"] = "38-HD/BTCTW", Upload("a.docx", template("MẪU RIÊNG {{ candidate }}"))
    page = form.submit().follow()
    second = person("administrator-2", "KHOI")
    waits = second.get(page.request.path)
    next(form for form in waits.forms.values() if (form.action or "").endswith("xac-nhan")).submit()
    made, code, _other = register
    assert "MẪU RIÊNG" in plain(person("inspector", "KHOI").get(f"/ho-so/{code}/ban-ke.docx").body)
    assert "MẪU RIÊNG" not in plain(Person(made, "inspector", "KHOI").get(f"/ho-so/{code}/ban-ke.docx").body)
    admin = Person(made, "administrator", "KHOI")
    token = {"csrf_token": admin.token(), "ground": "x", "since": "01/12/2022"}
    for end in OF_TEMPLATES:
        admin.get(f"/mau-van-ban{end}", status=404)
    for end in ("/cell_resolution", "/cell_resolution/ban/0", "/de-nghi/1/xac-nhan"):
        admin.web.post(f"/mau-van-ban{end}", token, status=404)
    assert "/mau-van-ban" not in admin.get("/quy-tac").text


def contents(app: Flask) -> tuple[int, ...]:
    with app.app_context():
        return tuple(
            int(db.session.scalar(select(func.count()).select_from(table)) or 0)
            for table in (Relative, PaperScan, StoredFile)
        )


def test_no_act_takes_contents(register: tuple[Flask, str, str]) -> None:
    """The forms of all acts, sent with relatives, files and a conclusion among their fields."""
    app, first, _second = register
    before = contents(app)
    people = [Person(app, role, unit) for role, unit in people_over(app, first)]
    sent = {
        "relatives-0-relation": "father",
        "relatives-0-name": "Ông Mới",
        "relatives-0-result": "Tốt",
        "strengths": CV,
        "reason": TEXT,
    }
    for trigger in sorted(_FORMS):
        for who in people:
            page = who.web.get(f"/ho-so/{first}/{trigger}", status="*")
            if trigger in profile.ACTS_OFF:
                assert page.status_int == 404
            token = who.token()
            data = {**sent, "csrf_token": token}
            if page.status_int == 200 and "act" in page.forms:
                data = {**{n: v for n, v in page.forms["act"].submit_fields() if n}, **data}
                assert not any(re.match("relatives-|files|photos", name or "") for name in page.forms["act"].fields), (
                    trigger
                )
            if trigger in ("withdraw", "refuse", "transfer", "transfer_out", "record_death"):
                continue  # they end or move the dossier the others are tried on
            who.web.post(
                f"/ho-so/{first}/{trigger}", data, upload_files=[("files", "a.jpg", samples.jpeg())], expect_errors=True
            )
    assert contents(app) == before
    with app.app_context():
        written = text("SELECT count(*) FROM event WHERE trigger = 'write_cv' AND dossier_id = :d")
        assert db.session.execute(written, {"d": dossier(app, first).id}).scalar() == 1, "the one of before"
    with app.app_context():
        rows = db.session.execute(text("SELECT count(*) FROM event WHERE trigger = 'conclude_verification'")).scalar()
        assert rows


def people_over(app: Flask, code: str) -> list[tuple[str, str]]:
    """Somebody of each role over a dossier that may act."""
    cell = unit_of(app, code)
    committee = cell.split("-")[0]
    return [("cell_secretary", cell), ("committee_officer", committee), ("committee_secretary", committee)]


def test_a_verification_is_concluded_without_its_text(register: tuple[Flask, str, str]) -> None:
    """The road is walked in a register: what it does not keep is not asked for."""
    app = register[0]
    with app.app_context():
        code, base = db.session.execute(text(UNDER_COMMITTEE)).first()
    cell = Person(app, "cell_secretary", unit_of(app, code))
    form = cell.form(code, "record_papers")
    rows = {field.value: name.split("-")[1] for name, (field, *_) in form.fields.items() if str(name).endswith("-form")}
    if "5-KNĐ" in rows:
        assert cell.send(form, **{f"papers-{rows['5-KNĐ']}-issued_on": "27/07/2022"}).status_int == 303
    secretary = Person(app, "committee_secretary", base)
    form = secretary.form(code, "conclude_verification")
    assert "reason" not in form.fields
    answer = secretary.send(form)
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        assert loading.load_for_administration(code).state == "verified"
        assert audit.verify()[1] == []


UNDER_COMMITTEE = """SELECT d.code, u.code FROM dossier d JOIN unit_ancestor a ON a.unit_id = d.unit_id
JOIN unit u ON u.id = a.ancestor_id WHERE d.state = 'verifying' AND u.kind = 'grassroots_committee' ORDER BY d.id"""


def test_no_command_tells_of_contents(register: tuple[Flask, str, str], tmp_path: Path) -> None:
    """Every command of the list; those that tell of dossiers with arguments of their own."""
    app, *codes = register
    runner = app.test_cli_runner()
    tried = set()
    for path, command in commands(app):
        if path[0] in UNTOLD or " ".join(path) in UNTOLD:
            continue
        for code in codes:
            values = [
                {
                    "code": code,
                    "form": "6-KNĐ",
                    "file": str(tmp_path / ("a.zip" if path[-1] != "render" else "a.docx")),
                }.get(str(one.name), str(tmp_path / "a.x"))
                for one in command.params
                if isinstance(one, click.Argument)
            ]
            options = [item for name, value in OPTIONS.get(" ".join(path), {}).items() for item in (name, value)]
            done = runner.invoke(args=[*path, *values, *options])
            written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
            assert told(done.output.encode() + written) == [], path
            tried.add(" ".join(path))
            if path[0] == "papers" and path[1] in ("render", "export"):
                assert done.exit_code == 2 and not (tmp_path / "a.zip").exists(), path
    assert {
        "dossiers show",
        "dossiers list",
        "papers render",
        "papers export",
        "papers verify",
        "monitoring board",
    } <= tried


UNTOLD = {
    "serve": "it does not end",
    "worker": "it does not end",
    "prepare": "it fills an instance",
    "demo": "it fills an instance",
    "db": "of the library: tables, not rows",
    "upgrade-log": "tells of events' numbers only, and writes",
    "backup": "a backup is the whole instance, encrypted; who restores it does so with its keys and profile",
    "instance": "as a backup",
    "papers ask-scanner": "counts files",
    "papers rotate-key": "counts files",
}
"""Commands that are not run here, and why."""

OPTIONS = {
    "quota report": {"--unit": "KHOI", "--year": "2022", "--as-of": "2022-07-10"},
    "monitoring board": {"--unit": "KHOI", "--as-of": "2022-07-27"},
}


def commands(app: Flask) -> Iterator[tuple[list[str], click.Command]]:
    """All commands there are, each with its way."""
    context = click.Context(app.cli)

    def within(path: list[str], command: click.Command) -> Iterator[tuple[list[str], click.Command]]:
        if isinstance(command, click.Group) and path[0] not in UNTOLD:
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from within([*path, name], found)
        else:
            yield path, command

    for name in sorted(COMMANDS):
        found = app.cli.get_command(context, name)
        assert found is not None
        yield from within([name], found)
