"""Who may do what, before anybody asks a database."""

import pytest

from store.actors import ANONYMOUS, ROLES, SYSTEM, Actor, Permission, Role
from store.errors import Forbidden


def test_every_role_has_its_permissions():
    assert set(ROLES) == set(Role)
    assert all(ROLES[role] for role in Role)


def test_an_owner_may_do_everything_and_nobody_else_may_give_roles():
    assert ROLES[Role.OWNER] == frozenset(Permission)
    assert [role for role in Role if Permission.STAFF_WRITE in ROLES[role]] == [Role.OWNER]


@pytest.mark.parametrize("permission", Permission)
def test_a_member_without_a_role_may_do_nothing_of_the_staffs(permission):
    with pytest.raises(Forbidden, match="Ask an owner"):
        Actor(member_id=7, email="ana@example.com").require(permission)
    with pytest.raises(Forbidden):
        ANONYMOUS.require(permission)


def test_two_roles_allow_what_either_allows():
    both = Actor(member_id=7, roles=frozenset({Role.PACKER, Role.REPORTS}))
    assert both.may(Permission.FULFILMENT_WRITE)
    assert both.may(Permission.HISTORY_READ)
    assert not both.may(Permission.ORDERS_WRITE)


def test_a_packer_ships_and_cannot_touch_prices_or_stock():
    packer = Actor(member_id=7, roles=frozenset({Role.PACKER}))
    allowed = {permission for permission in Permission if packer.may(permission)}
    assert allowed == {Permission.ORDERS_READ, Permission.FULFILMENT_WRITE, Permission.STOCK_READ}


def test_histories_name_who_acted():
    assert (Actor(member_id=12).name, ANONYMOUS.name, SYSTEM.name) == ("member:12", "anonymous", "system")
