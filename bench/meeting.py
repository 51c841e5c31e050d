"""`python -m bench.meeting`: what a meeting on thirty dossiers costs beside one act and a list of fifty, in one process.

Prints milliseconds of this process's own work and of the clock, medians, as JSON; an empty instance of its own is used.
"""

import json
import os
import re
import statistics
import tempfile
from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time
from typing import Any

DOSSIERS, THIRTY, ROUNDS = 3000, 30, 5
TODAY = date(2022, 7, 27)


def measure() -> dict[str, dict[str, float]]:
    """The list of fifty, the page of results of thirty, one act, closing thirty: by what each costs."""
    os.environ["DOSSIERS_INSTANCE"] = tempfile.mkdtemp(prefix="dossiers-meeting-")
    import structlog
    from flask_migrate import upgrade
    from sqlalchemy import select

    from dossiers import clock, create_app
    from dossiers.accounts import grants
    from dossiers.accounts.models import Account
    from dossiers.casework.act import Act, Done
    from dossiers.casework.loading import load_cases
    from dossiers.casework.many import advance_all
    from dossiers.casework.models import Dossier
    from dossiers.demo import load
    from dossiers.extensions import db
    from dossiers.meetings import agenda, attendance, services
    from dossiers.meetings.services import Called, Kind
    from workflow.facts import Evidence
    from workflow.votes import Body

    app = create_app({"WTF_CSRF_ENABLED": False})
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with app.app_context():
        upgrade()
        load.load(DOSSIERS, 2022)
        emails = ("upper-officer.khoi@demo.example", "upper-secretary.khoi@demo.example")
        office, secretary = (
            db.session.scalars(select(Account).where(Account.email == email)).one() for email in emails
        )
        secretary.demo_label = "bench"
        db.session.commit()
        signed = grants.load(office.id, clock.today())
        waiting = db.session.scalars(select(Dossier.code).where(Dossier.state == "awaiting_decision")).all()
        acts = [(case, Act("prepare_decision", Evidence(TODAY))) for case in load_cases(waiting, signed).values()]
        answers = advance_all(acts, signed)
        ready = [case for (case, _), answer in zip(acts, answers, strict=True) if isinstance(answer, Done)]
        unit, number = services.bodies_of(signed)[0][0], secretary.id
    client = app.test_client()
    client.post(f"/demo/dang-nhap/{number}", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    times: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, ask: Callable[[], Any], status: int) -> str:
        work, began = process_time(), perf_counter()
        answer = ask()
        times.setdefault(name, []).append((process_time() - work, perf_counter() - began))
        assert answer.status_code == status, (name, answer.status_code)
        return str(answer.text)

    for nr in range(min(ROUNDS, len(ready) // (THIRTY + 1))):
        some, alone = ready[nr * (THIRTY + 1) :][:THIRTY], ready[nr * (THIRTY + 1) + THIRTY]
        with app.app_context():
            called = Called(Kind.REGULAR, TODAY, "14:00", "Phòng họp", None, None, "")
            meeting = services.load(services.call(unit, Body.STANDING_COMMITTEE, called, number), signed)
            agenda.add(meeting, [case.id for case in some])
            people = attendance.attended(meeting).people
            came = {f"was-{p.seat.id}": p.sign for p in people} | {f"came-{p.seat.id}": "present" for p in people}
            attendance.save(meeting, came, number)
        page = f"/hop/{meeting.id}/ket-qua"
        for _time in range(ROUNDS):
            timed("list of 50", lambda: client.get("/ho-so"), 200)
            timed("page of 30", lambda at=page: client.get(at), 200)  # type: ignore[misc] # the loop's own value
            timed("decisions desk", lambda: client.get("/quyet-dinh"), 200)
        client.post(page, data={"step": "all", "was-head": "1:|", "first_number": f"{4000 + 100 * nr}-QĐ"})
        at = f"/ho-so/{alone.code}/decide_admission"
        fields = {"present": "9", "in_favour": "9", "happened_on": f"{TODAY:%d/%m/%Y}", "number": f"{9000 + nr}-QĐ"}
        fields |= dict(re.findall(r'name="(version|act_key)"[^>]*value="([^"]+)"', client.get(at).text))
        told = client.post(at, data=fields).text
        found = re.search(r'name="confirmed" value="(\w+)"', told)
        assert found, told
        sent = {**fields, "confirmed": found[1]}
        timed("one act", lambda at=at, sent=sent: client.post(at, data=sent), 303)  # type: ignore[misc] # the same
        checked = client.post(page, data={"step": "check"}).text
        without = re.findall(r'name="without" value="(\d+)"', checked)
        assert len(without) < THIRTY // 5, re.findall(r'class="why">([^<]+)', checked)
        shut = {"step": "close", "without": without}
        timed("closing 30", lambda at=page, sent=shut: client.post(at, data=sent), 303)  # type: ignore[misc] # the same
    return {
        name: {"work_ms": round(1000 * statistics.median(work), 2), "ms": round(1000 * statistics.median(wall), 2)}
        for name, pairs in times.items()
        for work, wall in [zip(*pairs, strict=True)]
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
