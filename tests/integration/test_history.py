"""The history is written with what it tells of, and whoever tampers with it is found. On both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.actors import SYSTEM, Actor, Role
from store.audit import checking, history
from store.audit.chain import BEGINNING, Entry, key_of, prove, seal
from store.audit.checking import Anchor, Fault, verify_chain
from store.audit.models import AuditEntry, AuditHead

NOON = datetime(2026, 12, 4, 12, 0, 0, 123456, tzinfo=UTC)
ANA = Actor(member_id=12, email="ana@example.com", roles=frozenset({Role.OWNER}))
WORDS = {"naïve": "Łódź", "list": [1, None, {"deep": True}], "big": 2**62, "moment": NOON.isoformat()}


def write(shop, subject="product:1", actor=ANA, **after):
    shop.db.run(lambda session: history.record(session, actor, "product.publish", subject, {}, after, NOON))


@pytest.fixture
def told(shop):
    """A shop with five entries, and what a thief of its database can do with them."""
    for number in range(1, 6):
        write(shop, number=number, words=WORDS)
    if shop.db.is_sqlite:
        shop.write("DROP TRIGGER audit_entry_no_update")
        shop.write("DROP TRIGGER audit_entry_no_delete")
    else:
        shop.write("DROP TRIGGER audit_entry_no_change ON audit_entry")
    return shop


def faults(shop, anchors=()):
    with shop.db.snapshot() as session:
        return verify_chain(session, key_of(shop.settings.secret_key), anchors)


def head(shop):
    with shop.db.reader() as reader:
        return checking.head(reader)


def unsealed(seq):
    return Fault(seq, f"Entry {seq} is not what was sealed.")


def test_a_whole_history_has_no_faults(told):
    assert faults(told) == []
    assert faults(told, [Anchor(0, BEGINNING), head(told)]) == []
    assert told.rows("SELECT seq FROM audit_entry ORDER BY id") == [(1,), (2,), (3,), (4,), (5,)]


def test_a_shop_in_which_nobody_has_done_anything_has_no_faults(shop):
    assert (faults(shop), head(shop)) == ([], Anchor(0, BEGINNING))
    assert faults(shop, [head(shop)]) == []


def test_only_what_differs_is_written(shop):
    before, after = {"title": "Tee", "price": 3400, "line": "x"}, {"title": "Tee", "price": 3600, "status": "active"}
    shop.db.run(lambda session: history.record(session, ANA, "product.edit", "product:1", before, after, NOON))
    with shop.db.reader() as reader:
        (entry,) = history.list_entries(reader, "product:1", None, 10)
    assert (entry.seq, entry.actor, entry.action, entry.at) == (1, "member:12", "product.edit", NOON)
    assert (entry.before, entry.after) == ({"price": 3400, "line": "x"}, {"price": 3600, "status": "active"})


def test_what_changes_nothing_is_no_entry(shop):
    same = {"title": "Tee"}
    shop.db.run(lambda session: history.record(session, ANA, "product.edit", "product:1", same, dict(same), NOON))
    assert shop.value("SELECT COUNT(*) FROM audit_entry") == 0


def test_two_entries_of_one_transaction_follow_each_other(shop):
    def work(session):
        history.record(session, ANA, "product.edit", "product:1", {}, {"n": 1}, NOON)
        history.record(session, SYSTEM, "product.edit", "product:2", {}, {"n": 2}, NOON)

    shop.db.run(work)
    assert (faults(shop), head(shop).seq) == ([], 2)


def test_entries_are_listed_newest_first_of_one_subject_or_of_all(shop):
    for number in range(4):
        write(shop, subject=f"product:{number % 2}", number=number)
    with shop.db.reader() as reader:
        listed = {
            "all": [entry.seq for entry in history.list_entries(reader, None, None, 3)],
            "older": [entry.seq for entry in history.list_entries(reader, None, 2, 3)],
            "one": [entry.seq for entry in history.list_entries(reader, "product:1", None, 3)],
        }
    assert listed == {"all": [4, 3, 2], "older": [1], "one": [4, 2]}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "member:13"),
        ("action", "product.hide"),
        ("subject", "product:2"),
        ("before", '{"number": 9}'),
        ("after", "{}"),
        ("at", "2026-12-04 12:00:00.123457"),
        ("seal", "f" * 64),
        ("seal", "Ł"),
    ],
)
def test_an_entry_that_was_changed_is_found(told, column, value):
    told.write(f"UPDATE audit_entry SET {column} = {_cast(told, column)} WHERE seq = 3", value=value)
    assert faults(told)[0] == unsealed(3)


def _cast(shop, column):
    kinds = {"before": "json", "after": "json", "at": "timestamptz"}
    return f"CAST(:value AS {kinds[column]})" if column in kinds and not shop.db.is_sqlite else ":value"


def test_an_entry_that_holds_what_no_entry_ever_held_is_found(told):
    told.write("UPDATE audit_entry SET after = '7' WHERE seq = 3")
    assert faults(told)[0] == unsealed(3)
    if told.db.is_sqlite:  # which keeps anything in any column
        for nonsense in ("after = 'no json'", "seq = 'x'"):
            told.write(f"UPDATE audit_entry SET {nonsense} WHERE seq = 3")
            assert "cannot be read" in faults(told)[0].sentence


def test_an_entry_that_was_deleted_is_found(told):
    told.write("DELETE FROM audit_entry WHERE seq = 3")
    assert faults(told) == [Fault(3, "Entry 3 is missing."), unsealed(4)]


def test_a_gap_that_was_closed_by_renumbering_is_found(told):
    told.write("DELETE FROM audit_entry WHERE seq = 3")
    told.write("UPDATE audit_entry SET seq = 3 WHERE seq = 4")
    told.write("UPDATE audit_entry SET seq = 4 WHERE seq = 5")
    assert faults(told)[0] == unsealed(3)


def test_two_entries_that_were_swapped_are_found(told):
    for old, new in ((3, 33), (4, 3), (33, 4)):
        told.write("UPDATE audit_entry SET seq = :new WHERE seq = :old", old=old, new=new)
    assert faults(told)[:2] == [unsealed(3), unsealed(4)]


def test_an_entry_that_was_put_in_is_found(told):
    told.write(
        "INSERT INTO audit_entry (seq, at, actor, action, subject, before, after, seal)"
        " SELECT 6, at, actor, action, subject, before, after, seal FROM audit_entry WHERE seq = 5"
    )
    assert faults(told)[0] == unsealed(6)


def test_a_tail_that_was_cut_off_is_found(told):
    told.write("DELETE FROM audit_entry WHERE seq > 3")
    assert faults(told) == [Fault(4, "The history ends at entry 3, and was written to 5.")]


def test_a_tail_that_was_cut_off_with_the_head_set_back_is_found_without_any_anchor(told):
    cut(told, 3)
    end = Fault(3, "The end of the history, at entry 3, is not the one that was written.")
    assert faults(told) == [end]
    write(told, number=4)  # the shop goes on, and its next entry does not cover it up
    assert [fault.sentence for fault in faults(told)] == [
        "The end of the history, at entry 4, is not the one that was written."
    ]


def cut(shop, seq):
    shop.write("DELETE FROM audit_entry WHERE seq > :seq", seq=seq)
    last = "(SELECT seal FROM audit_entry WHERE seq = :seq)"
    shop.write(f"UPDATE audit_head SET seq = :seq, seal = {last}", seq=seq)


@pytest.mark.parametrize("change", ["seq = 4", "seq = 6", "seal = 'f'", "proof = 'f'"])
def test_a_head_that_was_changed_is_found(told, change):
    told.write(f"UPDATE audit_head SET {change}")
    assert len(faults(told)) == 1


def test_a_head_that_was_taken_away_is_found(told):
    told.write("DELETE FROM audit_head")
    assert faults(told) == [Fault(1, "The history ends at entry 5, and was written to 0.")]


def test_a_history_re_written_with_a_stolen_key_is_found_only_through_an_anchor(told):
    kept = head(told)
    rewrite(told, lambda entry: entry.seq == 2)
    assert faults(told) == []
    assert faults(told, [kept]) == [Fault(5, "Entry 5 has another seal than the one kept elsewhere.")]


def rewrite(shop, is_changed):
    """Somebody with the key seals the whole chain anew, with another actor where `is_changed`."""
    key = key_of(shop.settings.secret_key)

    def work(session):
        previous = proof = BEGINNING
        for row in session.query(AuditEntry).order_by(AuditEntry.seq):
            if is_changed(row):
                row.actor = "member:99"
            told = Entry(row.seq, row.at, row.actor, row.action, row.subject, row.before, row.after)
            row.seal = previous = seal(key, previous, told)
            proof = prove(key, proof, previous)
        end = session.get(AuditHead, 1)
        end.seal, end.proof = previous, proof

    shop.db.run(work)


def test_a_history_that_was_wiped_out_is_found_only_through_an_anchor(told):
    kept = head(told)
    told.write("DELETE FROM audit_entry")
    told.write("DELETE FROM audit_head")
    assert faults(told) == []
    assert faults(told, [kept]) == [Fault(5, "Entry 5, whose seal was kept elsewhere, is missing.")]


def test_every_anchor_counts_even_when_two_name_one_entry(told):
    kept = head(told)
    for anchors in ([kept, Anchor(5, "0" * 64)], [Anchor(5, "0" * 64), kept]):
        assert [fault.seq for fault in faults(told, anchors)] == [5]


def test_a_history_under_another_key_is_not_ours(told):
    with told.db.snapshot() as session:
        assert verify_chain(session, key_of("another secret"))[0] == unsealed(1)


def test_what_the_database_gives_back_is_what_was_sealed(shop):
    write(shop, **WORDS, numbers=[0.1, -0.0, 1e22, 10**20], dots="a.b", quote='"', nothing=None, astral="\U0001f3a7")
    assert faults(shop) == []


def test_what_cannot_be_written_as_json_is_refused_with_all_else(shop):
    with pytest.raises(TypeError, match="not JSON serializable"):
        write(shop, at=NOON)
    assert (shop.value("SELECT COUNT(*) FROM audit_entry"), head(shop).seq) == (0, 0)


def test_when_the_deed_fails_there_is_no_entry_and_the_next_leaves_no_gap(shop):
    write(shop, number=1)

    def work(session):
        history.record(session, ANA, "product.edit", "product:1", {}, {"n": 2}, NOON)
        session.flush()
        raise RuntimeError("the deed itself")

    with pytest.raises(RuntimeError):
        shop.db.run(work)
    write(shop, number=2)
    assert (faults(shop), shop.rows("SELECT seq FROM audit_entry ORDER BY seq")) == ([], [(1,), (2,)])


def test_writers_in_parallel_make_a_chain_without_gaps(shop):
    start = threading.Barrier(8)

    def many(writer):
        start.wait()
        for number in range(10):
            write(shop, subject=f"product:{writer}", number=number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(many, range(8)))
    assert [seq for (seq,) in shop.rows("SELECT seq FROM audit_entry ORDER BY seq")] == list(range(1, 81))
    assert (faults(shop), head(shop).seq) == ([], 80)


def test_the_database_refuses_to_change_delete_or_empty_it(shop):
    write(shop, number=1)
    statements = ["UPDATE audit_entry SET actor = 'member:1'", "DELETE FROM audit_entry"]
    if not shop.db.is_sqlite:
        statements.append("TRUNCATE audit_entry")
    for statement in statements:
        with pytest.raises(DBAPIError, match="audit_entry is append-only"):
            shop.db.run(lambda session, statement=statement: session.execute(text(statement)))
    assert (faults(shop), shop.value("SELECT COUNT(*) FROM audit_entry")) == ([], 1)
