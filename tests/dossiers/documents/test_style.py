"""How an office writes: where its tone marks stand, the grade of secrecy, when numbers begin anew."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from msgspec.structs import replace

from dossiers import config
from dossiers.casework import loading
from dossiers.documents import rendering, services
from dossiers.documents.tones import NEW, OLD, toned
from tests.dossiers.documents.test_texts import words
from tests.people import Person, code_in
from workflow.papers import Kind

Maker = Callable[..., Person]


@pytest.mark.parametrize(
    ("old", "new"),
    [("ủy", "uỷ"), ("Ủy ban", "Uỷ ban"), ("ĐẢNG ỦY", "ĐẢNG UỶ"), ("hòa", "hoà"), ("khỏe", "khoẻ"), ("thùy", "thuỳ"),
     ("quý", "quý"), ("hoàn", "hoàn"), ("thuyền", "thuyền"), ("ngoài", "ngoài"), ("của", "của"), ("mùa", "mùa")],
)  # fmt: skip
def test_tone_marks_stand_where_the_office_wants_them(old: str, new: str) -> None:
    assert (toned(old, NEW), toned(new, OLD), toned(old, OLD), toned(new, NEW)) == (new, old, old, new)


def test_an_office_writes_all_its_texts_one_way_and_names_as_they_are(app: Flask) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    app.config["TONE_MARKS"] = "new"
    with app.app_context():
        case = loading.load_for_administration(code)
        case.full_name = "Đỗ Thúy Hòa"
        read = words(rendering.pdf(services.composed(case, Kind.ADMISSION, sensitive=True)))
    assert "ĐẢNG UỶ" in read and "ỦY" not in read and "Đỗ Thúy Hòa" in read


def test_a_text_carries_the_grade_that_was_chosen_or_that_of_the_office(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    cell = person("cell_secretary", "DB02-C3")
    page = cell.get(f"/ho-so/{code}/giay-to")
    form = next(form for form in page.forms.values() if "do-mat" in form.fields)
    form["do-mat"] = "toi-mat"
    chosen = form.submit()
    link = next(a["href"] for a in chosen.html.select(".texts a") if "9-KN" in a["href"] and ".pdf" in a["href"])
    assert "TỐI MẬT" in words(cell.get(link).body)
    plain = f"/ho-so/{code}/van-ban/9-KN%C4%90.pdf"
    assert "MẬT" not in words(cell.get(plain).body)
    app.config["GRADE"] = "mat"
    assert "MẬT" in words(cell.get(plain).body)
    assert "MẬT" not in words(cell.get(f"{plain}?do-mat=none").body)
    assert cell.web.get(f"{plain}?do-mat=x", status="*").status_int == 404


def test_the_command_takes_a_grade_and_letters_of_a_dossier(app: Flask, tmp_path: Path) -> None:
    code = code_in(app, "verifying")
    runner = app.test_cli_runner()
    file = tmp_path / "a.pdf"
    done = runner.invoke(args=["papers", "render", code, "4-knd", str(file), "--grade", "mat"])
    assert done.exit_code == 0 and "MẬT" in words(file.read_bytes())
    assert runner.invoke(args=["papers", "render", code, "6-KNĐ", str(file), "--grade", "x"]).exit_code == 2
    for form, said in (("CV-TT", "thẩm tra"), ("CV-YK", "ý kiến")):
        answers = [
            runner.invoke(args=["papers", "render", code_in(app, "verifying", skip=nr), form, str(file)])
            for nr in range(6)
        ]  # fmt: skip
        for one in answers:
            assert one.exit_code == 0 or "no such requests" in one.output
        if any(one.exit_code == 0 for one in answers):
            assert said in words(file.read_bytes())


@pytest.mark.parametrize(("name", "bad"), [("TONE_MARKS", "uy"), ("GRADE", "MẬT"), ("NUMBERS_RUN", "month")])
def test_a_setting_that_is_none_of_its_words_stops_the_start(tmp_path: Path, name: str, bad: str) -> None:
    with pytest.raises(SystemExit, match=f"DOSSIERS_{name}: must be "):
        config.load({"DOSSIERS_INSTANCE": str(tmp_path), f"DOSSIERS_{name}": bad})


@pytest.mark.parametrize("form", ["3A-KNĐ", "9A-KNĐ", "9B-KNĐ", "16A-KNĐ", "16B-KNĐ", "17A-KNĐ", "17B-KNĐ", "17C-KNĐ",
                                  "CN-NTVĐ", "CN-ĐVM", "3-KNĐ", "17-KNĐ"])  # fmt: skip
def test_the_command_knows_every_form(app: Flask, tmp_path: Path, form: str) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    done = app.test_cli_runner().invoke(args=["papers", "render", code, form, str(tmp_path / "a.docx")])
    assert done.exit_code == 0, done.output


def test_a_certificate_from_elsewhere_bears_the_name_of_who_issued_it(app: Flask) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    with app.app_context():
        case = loading.load_for_administration(code)
        ours = services.composed(case, Kind.CERTIFICATE, sensitive=False)
        elsewhere = [
            replace(paper, issuer="Trường Chính trị tỉnh khác") if paper.form == "CN-NTVĐ" else paper
            for paper in case.facts.papers
        ]
        case.class_id, case.facts = None, replace(case.facts, papers=tuple(elsewhere))
        theirs = services.composed(case, Kind.CERTIFICATE, sensitive=False)
    assert ours.issuer == "Trung tâm Chính trị Khối"
    assert (theirs.above, theirs.issuer) == ("", "Trường Chính trị tỉnh khác")


def test_other_forms_are_offered_where_they_fit(app: Flask, person: Maker) -> None:
    """A person moves after the cell's vote: the letter of that stage, and no other."""
    code = code_in(app, "committee_review")
    page = person("inspector", "KHOI").get(f"/ho-so/{code}/giay-to")
    offered = {one.get_text() for one in page.html.select("ul.texts strong")}
    assert "17A-KNĐ" in offered and not {"17B-KNĐ", "17C-KNĐ", "TB-KKN"} & offered
