"""Somebody who calls a meeting, takes attendance and enters results through the pages."""

import re
from typing import Any

from webtest.response import TestResponse

from tests.people import Person, text_of


class Holder:
    """A person and the meeting they keep."""

    def __init__(self, person: Person, number: int = 0) -> None:
        self.person, self.number = person, number

    @property
    def address(self) -> str:
        """The meeting's page."""
        return f"/hop/{self.number}"

    def calls(self, day: str, query: str = "", **fields: str) -> TestResponse:
        """Call a meeting for a day; the page that follows."""
        form = self.person.get(f"/hop/moi{query}").forms["act"]
        answer = self.person.send(form, held_on=day, place="Phòng họp tầng 2", **fields)
        assert answer.status_int == 303, text_of(answer)
        self.number = int(answer.location.rsplit("/", 1)[1])
        return answer.follow()

    def puts_all_on(self) -> TestResponse:
        """Put everything that is ready on the agenda."""
        return self.person.get(self.address).forms["ready"].submit("all").follow()

    def picks(self, *codes: str) -> TestResponse:
        """Put some dossiers on the agenda."""
        fields = {"csrf_token": self.person.token(), "add": "1", "pick": list(codes)}
        return self.person.web.post(f"{self.address}/chuong-trinh", fields, status=303).follow()

    def votes_on(self, matter: str, code: str, **fields: str) -> TestResponse:
        """Put a dossier on the agenda for a removal or a refusal; whatever comes back."""
        form = self.person.get(f"{self.address}/noi-dung?ho-so={code}").forms["act"]
        return self.person.send(form, code=code, matter=matter, **fields)

    def closes(self, first: str = "") -> TestResponse:
        """All in favour, checked and closed, without what the rules refuse; the page that follows."""
        fields = {"first_number": first} if first else {}
        assert self.step(self.results(), "all", **fields).status_int == 303
        answer = self.step(self.step(self.results(), "check").forms["votes"], "close")
        assert answer.status_int == 303, text_of(answer)
        return answer.follow()

    def everybody_came(self, **came: str) -> TestResponse:
        """Take attendance; `came` says of seats who did not come: s12="leave"."""
        form = self.person.get(f"{self.address}/diem-danh").forms["came"]
        for seat, how in came.items():
            form[f"came-{seat[1:]}"] = how
        return form.submit("step", value="keep", expect_errors=True)

    def results(self) -> Any:
        """The form of results."""
        return self.person.get(f"{self.address}/ket-qua").forms["votes"]

    def step(self, form: Any, step: str, **fields: str) -> TestResponse:
        """Fill the form of results in and press one of its buttons."""
        for name, value in fields.items():
            form[name.replace("__", "-")] = value
        return form.submit("step", value=step, expect_errors=True)

    def keep(self, form: Any, **fields: str) -> Any:
        """What the script of the page does while somebody types: the answer as data."""
        for name, value in fields.items():
            form[name.replace("__", "-")] = value
        sent = [(name, value) for name, value in form.submit_fields() if name != "step"]
        return self.person.web.post(f"{self.address}/ket-qua", [*sent, ("step", "keep")], expect_errors=True).json

    def lines(self, page: TestResponse | None = None) -> dict[str, int]:
        """The dossiers on the page of results: their codes, with the number that stands in the names of fields."""
        shown = page or self.person.get(f"{self.address}/ket-qua")
        return {
            row.select_one("a.name")["href"].rsplit("/", 1)[1]: int(re.sub(r"\D", "", row["id"]))
            for row in shown.html.select("tr.vote")
        }
