from datetime import UTC, datetime

import pytest

from store.admin.history.presentation import Change, tell
from store.audit.models import AuditEntry

NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)


def told(before, after):
    entry = AuditEntry(
        seq=7, at=NOON, actor="member:12", action="product.set_price", subject="product:3", before=before, after=after
    )
    return tell(entry, {"member:12": "ana@example.com"}, lambda moment: f"{moment:%d %B %Y, %H:%M}")


def test_an_entry_is_told_with_who_what_and_when():
    entry = told({}, {"price": 3600})
    assert (entry.seq, entry.at, entry.who, entry.action, entry.subject) == (
        7, NOON, "ana@example.com", "product: set price", "product:3",
    )  # fmt: skip


def test_a_change_is_told_from_what_to_what():
    entry = told({"price": 3400, "line": "x"}, {"price": 3600, "on_hand": 4})
    assert entry.changes == (
        Change("price", "3400", "3600"),
        Change("line", "x", "–"),
        Change("on hand", None, "4"),
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        (["tees", "new"], "tees, new"),
        ("2026-12-04T20:00:00+00:00", "04 December 2026, 20:00"),
        ("2026-11-24T20:56:05.717534+00:00", "24 November 2026, 20:56"),
        ("2026-12-04T20:00", "2026-12-04T20:00"),
        ([{"name": "Size", "values": ["S", "M"]}], "name: Size, values: S, M"),
        ("x" * 301, "x" * 300 + "…"),
    ],
)
def test_values_are_shown_as_people_write_them(value, shown):
    assert told({}, {"a": value}).changes == (Change("a", None, shown),)
