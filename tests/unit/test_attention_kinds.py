"""Every kind of matter that the code raises is known, with what to do about it."""

import ast
import re
from pathlib import Path

import pytest

from store.actors import Permission
from store.audit.kinds import KINDS, Urgency, kind_of, urgent
from store.fulfilment.parcels import HeldBy
from store.payments.disputes.facts import WarningKind
from store.payments.gateway import EVENT_TYPES
from store.payments.inbox import HANDLERS
from store.payments.settle import SENTENCES

STORE = Path(__file__).parents[2] / "store"


def name_of(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def raised():
    """What stands for the kind in every call of raise_attention: a text, or an expression."""
    for path in sorted(STORE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in ("raise_attention", "tell_anew"):
                kind = node.args[1]
                yield path.name, constants.get(getattr(kind, "id", ""), kind)


def matches(kind):
    """The registered kinds that an expression can stand for."""
    if isinstance(kind, ast.Constant):
        return [name for name in KINDS if name == kind.value]
    if isinstance(kind, ast.JoinedStr):
        parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in kind.values]
        return [name for name in KINDS if re.fullmatch("".join(parts), name)]
    return TESTED_BELOW.get(ast.unparse(kind), [])


TESTED_BELOW = {"event.type": ["its own"], "kind": ["reason_of"]}
"""What no reading of the code can resolve: a parameter, and what is named by Stripe or by the reason of a block."""


def test_every_kind_that_is_raised_is_known():
    found = [(where, ast.unparse(kind), matches(kind)) for where, kind in raised()]
    assert len(found) >= 8
    assert [(where, kind) for where, kind, known in found if not known] == []


def object_of(event_type):
    """`dispute` for charge.dispute.created."""
    return event_type.rpartition(".")[0].rpartition(".")[2]


def test_every_event_that_is_only_shown_to_staff_is_a_known_kind():
    settled = {"session", "payment_intent", *(kind.rpartition(".")[2] for kind in HANDLERS)}
    assert {name for name in EVENT_TYPES if object_of(name) not in settled} - set(KINDS) == set()


def test_whatever_holds_an_order_back_and_is_told_by_stripe_is_a_known_kind():
    assert {HeldBy.DISPUTE.value, *(kind.value for kind in WarningKind)} - set(KINDS) == set()


def test_every_reason_why_money_has_no_order_is_a_known_kind():
    assert {f"unapplied_{reason}" for reason in SENTENCES} - set(KINDS) == set()


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_what_to_do_in_a_sentence(name):
    kind = KINDS[name]
    assert kind.label
    assert not kind.label.endswith(".")
    for sentence in (kind.todo, kind.settles or "It closes by itself."):
        assert sentence.endswith(".")
        assert "!" not in sentence


@pytest.mark.parametrize("name", KINDS)
def test_whoever_may_read_of_a_matter_and_nothing_more_may_not_close_it(name):
    assert Permission.ORDERS_READ not in KINDS[name].permissions
    assert KINDS[name].permissions


def test_money_without_an_order_is_urgent_and_a_contradiction_is_not():
    assert "unapplied_mismatch" in urgent(Urgency.NOW)
    assert "session_contradiction" in urgent(Urgency.TODAY)
    assert not set(urgent(Urgency.NOW)) & set(urgent(Urgency.TODAY))


def test_a_kind_of_an_older_shop_is_called_by_its_name():
    assert kind_of("card_lost").label == "Card lost"
    assert kind_of("card_lost").urgency is Urgency.TODAY
