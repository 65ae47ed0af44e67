"""Roles are given and taken by owners alone, never by oneself, and the shop is never left without one."""

import itertools

import pytest

from store.actors import SYSTEM, Role
from store.errors import Conflict, Forbidden
from store.members import service
from store.members.models import Member
from tests.functional.accounts import ANA, BEN, EVE, SECRET, accounts, at_once, later, subjects
from tests.functional.ours import assert_page

OWN_ROLE = "Nobody changes their own roles. Ask another owner."
LAST_OWNER = "The shop needs one owner at least."
GRANT = {"email": EVE, "role": "catalog"}


def roles_of(shop, member_id):
    return [
        role for (role,) in shop.rows("SELECT role FROM member_role WHERE member_id = :id ORDER BY role", id=member_id)
    ]


@pytest.fixture
def ana(shop):
    """The only owner; the browser she works in."""
    client = shop.signed_in(shop.make_member(ANA, Role.OWNER, password=SECRET))
    shop.make_member(BEN, Role.PACKER)
    shop.make_member(EVE)
    return client


def test_an_owner_gives_and_takes_a_role_and_it_is_written_down(shop, ana):
    eve = shop.signed_in(3)
    assert ana.post("/admin/staff", data=GRANT).location == "/admin/staff?done=granted"
    assert (roles_of(shop, 3), eve.get("/account").status_code) == (["catalog"], 303)
    assert ana.post("/admin/staff/3/take-away", data={"role": "catalog"}).location == "/admin/staff?done=taken"
    assert roles_of(shop, 3) == []
    written = shop.rows("SELECT actor, action, subject FROM audit_entry ORDER BY seq")
    assert written == [("member:1", "member.roles", "member:3")] * 2
    assert "@" not in str(shop.rows("SELECT before, after FROM audit_entry"))
    assert subjects(shop, EVE) == ["You can help to run the shop"]


@pytest.mark.parametrize("role", [None, *[role for role in Role if role is not Role.OWNER]])
def test_nobody_but_owners_gives_themselves_or_others_anything(shop, ana, role):
    other = shop.signed_in(2 if role is Role.PACKER else shop.make_member("x@example.com", *([role] if role else [])))
    before = accounts(shop)
    for path, form in (
        ("/admin/staff", GRANT), ("/admin/staff", {"email": "x@example.com", "role": "owner"}),
        ("/admin/staff/1/take-away", {"role": "owner"}), ("/admin/staff/1/shut", {}), ("/admin/staff/1/sign-out", {}),
        ("/admin/staff/2/open", {}),
    ):  # fmt: skip
        assert other.post(path, data=form).status_code == (404 if role is None else 403), path
    assert other.get("/admin/staff").status_code == (404 if role is None else 403)
    assert accounts(shop) == before


def test_nobody_changes_their_own_roles(shop, ana):
    before = accounts(shop)
    for path, form in (
        ("/admin/staff", {"email": ANA, "role": "refunds"}),
        ("/admin/staff/1/take-away", {"role": "owner"}),
        ("/admin/staff/1/shut", {}),
    ):
        assert_page(ana.post(path, data=form), 409, OWN_ROLE)
    assert accounts(shop) == before


def test_the_last_owner_stays_one(shop, ana):
    before = accounts(shop)
    with pytest.raises(Conflict, match=LAST_OWNER):
        service.take_away(shop.db, SYSTEM, 1, Role.OWNER, shop.clock())
    with pytest.raises(Conflict, match=LAST_OWNER):
        service.set_active(shop.db, SYSTEM, 1, shop.clock(), active=False)
    assert accounts(shop) == before


def test_an_owner_who_is_shut_does_not_count_as_one(shop, ana):
    service.grant(shop.db, SYSTEM, BEN, Role.OWNER, shop.clock())
    service.set_active(shop.db, SYSTEM, 2, shop.clock(), active=False)
    before = accounts(shop)
    with pytest.raises(Conflict, match=LAST_OWNER):
        service.take_away(shop.db, SYSTEM, 1, Role.OWNER, shop.clock())
    with pytest.raises(Conflict, match=LAST_OWNER):
        service.set_active(shop.db, SYSTEM, 1, shop.clock(), active=False)
    assert accounts(shop) == before
    service.take_away(shop.db, SYSTEM, 2, Role.OWNER, shop.clock())
    assert roles_of(shop, 2) == ["packer"]


def test_a_role_needs_a_proven_account_and_a_password_typed_lately(shop, ana):
    waiting = shop.make_member("waiting@example.com", proven=False)
    before = accounts(shop)
    for email in ("waiting@example.com", "nobody@example.com"):
        refused = ana.post("/admin/staff", data={"email": email, "role": "catalog"})
        assert_page(refused, 422, "No member has confirmed this address.")
    for form in ({"email": EVE}, {"email": EVE, "role": "god"}, {"role": "catalog"}, {"email": "x", "role": "catalog"}):
        assert_page(ana.post("/admin/staff", data=form), 422)
    with later(minutes=10, seconds=5):
        assert ana.post("/admin/staff", data=GRANT).location == "/account/verify?next=/admin/staff"
    assert accounts(shop) == before
    assert roles_of(shop, waiting) == []


def test_a_role_given_twice_is_given_once(shop, ana):
    assert ana.post("/admin/staff", data=GRANT).status_code == 303
    before = accounts(shop)
    assert_page(ana.post("/admin/staff", data=GRANT), 409, f"{EVE} has this role already.")
    assert accounts(shop) == before


def actor_of(shop, member_id):
    with shop.db.reader() as reader:
        return reader.get_one(Member, member_id).as_actor(in_session_of_staff=True)


def attempt(deed, *arguments, **options):
    try:
        deed(*arguments, **options)
    except (Conflict, Forbidden) as refusal:
        return str(refusal)
    return "done"


def take_away(shop, actor, member_id):
    return lambda: attempt(service.take_away, shop.db, actor, member_id, Role.OWNER, shop.clock())


def shut(shop, actor, member_id):
    return lambda: attempt(service.set_active, shop.db, actor, member_id, shop.clock(), active=False)


@pytest.mark.parametrize(("one", "other"), list(itertools.product((take_away, shut), repeat=2)))
def test_two_owners_who_put_each_other_out_at_once_leave_one(shop, one, other):
    for round_ in range(6):
        shop.write("DELETE FROM member_role")
        first = shop.make_member(f"first{round_}@example.com", Role.OWNER)
        second = shop.make_member(f"second{round_}@example.com", Role.OWNER)
        acting = actor_of(shop, first), actor_of(shop, second)
        said = at_once(one(shop, acting[0], second), other(shop, acting[1], first))
        assert sorted(said, key=len)[0] == "done"
        assert LAST_OWNER in max(said, key=len)
        left = shop.rows(
            "SELECT id FROM member JOIN member_role ON member_id = id WHERE role = 'owner' AND active = :yes", yes=True
        )
        assert len(left) == 1
