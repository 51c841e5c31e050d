"""The one search box: each kind of thing typed finds its dossiers, for those who may; digits stay out of addresses."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event, select, text, update

from dossiers import engines
from dossiers.audit import services as audit
from dossiers.casework import erasing, search
from dossiers.casework.models import Dossier, Scope
from dossiers.encryption import place, seal
from dossiers.extensions import db
from dossiers.lists import finding
from dossiers.papers.models import PaperRecord
from dossiers.people import digits
from dossiers.people.models import Person as PersonRow
from dossiers.units import tree
from dossiers.units.models import Unit
from tests.people import Person, code_in, names_on, text_of
from workflow.roles import Role

Maker = Callable[..., Person]


def typed(who: Person, what: str) -> Any:
    """The page that follows when somebody types into the box and sends it."""
    answer = who.web.post("/tim", {"csrf_token": who.token(), "q": what})
    return answer.follow() if answer.status_int == 303 else answer


def codes(page: Any) -> list[str]:
    return [link["href"].rsplit("/", 1)[1] for link in page.html.select("table.list a.name")]


def known(app: Flask, code: str, **columns: Any) -> None:
    """Give a candidate these columns, the personal number sealed, and let the index know."""
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        if number := columns.get("identity_number"):
            columns["identity_number"] = seal(number, place("person", "identity_number", row.person_id))
        db.session.execute(update(PersonRow).where(PersonRow.id == row.person_id).values(**columns))
        units = tuple(db.session.scalars(select(Scope.ancestor_id).where(Scope.dossier_id == row.id)))
        search.index_again({row.id: units})
        db.session.commit()


def test_a_year_of_birth_alone_and_with_a_name(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    with app.app_context():
        query = select(Dossier.code, PersonRow.full_name, PersonRow.birth_date).join(
            PersonRow, PersonRow.id == Dossier.person_id
        )
        everybody = {row.code: row for row in db.session.execute(query) if row.birth_date}
    one = next(iter(everybody.values()))
    year = one.birth_date.year
    born = {code for code, row in everybody.items() if row.birth_date.year == year}
    assert set(codes(upper.web.get("/tim", {"q": str(year)}))) == born
    named = codes(upper.web.get("/tim", {"q": f"{one.full_name} {year}"}))
    assert one.code in named and set(named) <= born
    assert codes(upper.web.get("/tim", {"q": f"{one.full_name} 1931"})) == []


def looked_up(app: Flask, who: Person, what: str) -> str:
    """What is asked of the index of words when somebody searches."""
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if "dossier_search" in statement:
            seen.extend(str(value) for value in (values.values() if isinstance(values, dict) else values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        typed(who, what)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return " ".join(seen)


def test_names_are_looked_up_within_ones_units_unless_they_are_all_there_are(app: Flask, person: Maker) -> None:
    upper, office = person("upper_officer", "KHOI"), person("committee_officer", "DB02")
    assert "zzu" not in looked_up(app, upper, "nguyen"), "every entry has the word of the unit on top"
    assert "zzu" in looked_up(app, office, "nguyen")
    with app.app_context():
        top = db.session.scalars(select(Unit).where(Unit.code == "KHOI")).one()
        db.session.add(
            Unit(code="CU", name="Đảng bộ cũ", kind=top.kind, parent_id=None, valid_from=top.valid_from,
                 valid_to=top.valid_from)
        )  # fmt: skip
        tree.changed()
        db.session.commit()
    assert "zzu" in looked_up(app, upper, "nguyen"), "closed units have dossiers too"


def test_a_paper_by_its_number_or_how_it_begins(app: Flask, person: Maker) -> None:
    upper, cell = person("upper_officer", "KHOI"), person("cell_secretary", "DB02-C3")
    with app.app_context():
        rows = db.session.execute(
            select(PaperRecord.dossier_id, PaperRecord.number).where(PaperRecord.number != "")
        ).all()
        number = next(row.number for row in rows if row.number.startswith("12-"))
        of = {row.id: row.code for row in db.session.execute(select(Dossier.id, Dossier.code))}
        exactly = {of[row.dossier_id] for row in rows if row.number == number}
        begins = {of[row.dossier_id] for row in rows if row.number.startswith("12-")}
        reach = select(Scope.dossier_id).join(Unit, Unit.id == Scope.ancestor_id).where(Unit.code == "DB02-C3")
        mine = {of[number] for number in db.session.scalars(reach)}
    assert set(codes(upper.web.get("/tim", {"q": number}))) == exactly
    assert set(codes(upper.web.get("/tim", {"q": number.lower().replace("-", " ").replace("đ", "d")}))) == exactly
    assert set(codes(upper.web.get("/tim", {"q": "12"}))) == begins, "and not 120-…"
    assert set(codes(cell.web.get("/tim", {"q": "01"}))) <= mine


def test_a_new_paper_is_found_by_its_number(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    everybody = secretary.everybody(code, "pass_cell_vote")
    secretary.act(code, "pass_cell_vote", happened_on="26/07/2022", present=everybody, in_favour=everybody,
                  against="0", number="777-NQ/CB")  # fmt: skip
    assert codes(secretary.web.get("/tim", {"q": "777-nq/cb"})) == [code]


def test_units_by_name_or_code_lead_to_their_lists(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.web.get("/tim", {"q": "cong ty dien luc"})
    links = {link["href"] for link in page.html.select(".plain a")}
    assert "/ho-so?unit=DB02" in links
    first = upper.web.get("/tim", {"q": "db02-c3"}).html.select_one(".plain a")
    assert first["href"] == "/ho-so?unit=DB02-C3"
    elsewhere = person("committee_officer", "DB01").web.get("/tim", {"q": "DB02-C3"})
    assert not elsewhere.html.select(".plain a")


def test_last_digits_find_for_those_who_may_see_them(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    known(app, code, identity_number="034095017713", contact="0912 345 678, nhà riêng")
    cell = person("cell_secretary", "DB02-C3")
    for numbers in ("7713", "034095017713", "95 017 713", "5678", "0912345678", "+84 912 345 678", "0912.345.678"):
        assert codes(typed(cell, numbers)) == [code], numbers
        assert codes(typed(person("upper_officer", "KHOI"), numbers)) == [code], numbers
        assert codes(typed(person("committee_officer", "DB01"), numbers)) == [], "a neighbour"
        # Sees the dossier, but neither its file nor the numbers in it.
        assert codes(typed(person("youth_officer", "DB02-DTN"), numbers)) == [], numbers
    assert codes(typed(cell, "034095017714")) == [], "the whole number has to fit, not its last digits alone"
    assert codes(typed(cell, "10912345678")) == []


def test_who_sees_the_file_but_not_what_is_sensitive_finds_by_telephone_only(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    known(app, code, identity_number="034095017713", contact="0912345678")
    with app.test_request_context():
        unit = db.session.scalars(select(Unit.id).where(Unit.code == "DB02-C3")).one()
        inspector = finding.Signed(1, ((Role.INSPECTOR, unit),))
        both = finding.Signed(1, ((Role.INSPECTOR, unit), (Role.CELL_SECRETARY, unit)))
        for who, number, found in ((inspector, "7713", []), (inspector, "5678", [code]), (both, "7713", [code])):
            parts = finding.find(finding.asked_of(number), who).parts
            assert [row.code for part in parts for row in part.rows] == found, number


def test_digits_stand_in_no_address_and_are_not_answered_from_one(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    known(app, code, identity_number="034095017713", contact="0912345678")
    cell = person("cell_secretary", "DB02-C3")
    token = cell.token()
    for numbers in ("7713", "0912345678", "1995", "an 0912345678"):
        answer = cell.web.post("/tim", {"csrf_token": token, "q": numbers})
        assert answer.status_int == 200, "answered at once, no redirect to an address"
        assert not [a for a in answer.html.select("a[href*=q]") if numbers in a["href"]]
    for numbers in ("7713", "0912345678", "an 0912345678"):
        page = cell.web.get("/tim", {"q": numbers})
        assert codes(page) == []
        assert "không được đứng trong địa chỉ" in text_of(page)
    kept = cell.web.post("/tim", {"csrf_token": token, "q": "nguyen"})
    assert kept.status_int == 303 and kept.location.endswith("/tim?q=nguyen"), "a name has an address"
    assert cell.web.post("/tim", {"csrf_token": token, "q": code}).status_int == 303, "a code is nobody's number"


def test_nothing_that_is_kept_beside_names_is_found_by_its_first_letters(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    for word in ("zz", "zzu", "zzu1x", "zzy19", "zzp", "zzi"):
        assert names_on(upper.web.get("/tim", {"q": word})) == []


def test_what_is_corrected_or_erased_is_found_so_no_more(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    cell = person("cell_secretary", "DB02-C3")
    cell.act(code, "correct_candidate", contact="0977000111", identity_number="034095017713", reason="Bổ sung.")
    assert codes(typed(cell, "0111")) == [code]
    assert codes(typed(cell, "7713")) == [code]
    cell.act(code, "correct_candidate", contact="0977000222", reason="Đổi số.")
    assert codes(typed(cell, "0111")) == []
    assert codes(typed(cell, "0222")) == [code]
    with app.app_context():
        assert audit.verify()[1] == []
    cell.act(code, "withdraw", happened_on="27/07/2022", reason="Nguyện vọng cá nhân.")
    with app.test_request_context():
        administrator = db.session.execute(
            text("SELECT min(id) FROM account WHERE email LIKE 'administrator%'")
        ).scalar_one()
        root = db.session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))).one()
        erasing.erase(code, "Theo yêu cầu.", finding.Signed(administrator, ((Role.ADMINISTRATOR, root),)))
    assert codes(typed(cell, "0222")) == []
    assert codes(typed(cell, "7713")) == []
    with app.app_context():
        number = db.session.scalars(select(Dossier.id).where(Dossier.code == code)).one()
        asked = {"low": number, "high": number + 1}
        words = db.session.execute(text(engines.search_contents(db)), asked).one().words.split()
        assert all(word.startswith("zzu") for word in words), "only units are left of it"
        assert audit.verify()[1] == []


def test_a_row_of_the_index_that_was_changed_is_named(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    with app.app_context():
        _add, drop = engines.search_statements(db)
        row = db.session.execute(
            select(Dossier.id, PersonRow.full_name, PersonRow.birth_date)
            .join(PersonRow, PersonRow.id == Dossier.person_id)
            .where(Dossier.code == code)
        ).one()
        units = tuple(db.session.scalars(select(Scope.ancestor_id).where(Scope.dossier_id == row.id)))
        db.session.execute(text(drop), {"id": row.id})
        search.index_many([(row.id, search.Told(row.full_name, row.birth_date, "0999999999"), units)])
        db.session.commit()
        assert any(f.code == code and "dossier_search" in f.what for f in audit.verify()[1])


def test_numbers_are_read_as_people_write_them(app: Flask) -> None:
    assert digits.phones_in("0912 345 678; (024) 3825.1234 máy lẻ 12") == ["0912345678", "02438251234"]
    assert digits.phones_in("+84 912 345 678, an@example.org, phòng 12") == ["0912345678"]
    assert digits.phones_in("") == []
    with app.app_context():
        one, other = digits.identity_key("034095017713"), digits.phone_key("034095017713")
        assert one == digits.identity_key("7713") and one[3:] != other[3:]
        assert "7713" not in one
