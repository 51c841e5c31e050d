"""What is seen first: in every state, whoever's turn it is sees what to do without scrolling, also on a phone."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from tests.browser.user import User
from tests.conftest import World
from workflow.stages import ENDS, State

SIZES = ((1440, 900), (360, 740))


def turns(world: World) -> list[tuple[str, str, str]]:
    """For each state of the demo a dossier, and an account whose turn it is: (state, code, address to sign in)."""
    found = []
    with world.app.app_context():
        for state in State:
            row = db.session.execute(
                select(Dossier.code, Account.email)
                .join(Scope, Scope.dossier_id == Dossier.id)
                .join(RoleAssignment, RoleAssignment.unit_id == Scope.ancestor_id)
                .join(Account, Account.id == RoleAssignment.account_id)
                .where(Dossier.state == str(state), RoleAssignment.role == Dossier.turn)
                .order_by(Dossier.id, Account.id)
                .limit(1)
            ).first()
            if row is not None:
                found.append((str(state), row.code, row.email))
    return found


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_first_act_is_in_sight_in_every_state(
    browser: Browser, address: str, world: World, width: int, height: int
) -> None:
    known = turns(world)
    assert {state for state, _code, _email in known} >= set(map(str, State)) - set(map(str, ENDS)) - {"official"}
    context = browser.new_context(locale="vi-VN", viewport={"width": width, "height": height})
    user = User(context.new_page(), address)
    for state, code, email in known:
        role, _, unit = email.partition("@")[0].partition(".")
        user.page.context.clear_cookies()
        user.log_in(role, unit)
        user.open(code)
        seen = [user.page.locator(one).first for one in (".next-act a", ".now .missing", ".next-act", ".now dl")]
        box = next(one for one in seen if one.count()).bounding_box()
        assert box is not None, state
        assert box["y"] + min(box["height"], 48) <= height, (state, code, box)
    assert user.errors == []
    context.close()


def test_the_menu_stands_in_one_line_on_a_desk(user: User) -> None:
    """Also for secretaries, who have the most in it."""
    user.page.set_viewport_size({"width": 1440, "height": 900})
    user.sign_in("Bí thư Đảng ủy Khối")
    links = user.page.locator(".menu a")
    assert links.count() >= 14
    assert len({link.evaluate("link => link.offsetTop") for link in links.all()}) == 1
