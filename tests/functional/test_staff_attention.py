"""Staff see what waits for a person, decide it, and have things tried again."""

import re

import pytest

from store.actors import Role
from store.audit.repository import raise_attention
from store.jobs.repository import enqueue
from store.payments import inbox
from tests.functional.staff_forms import form_of
from tests.functional.test_staff_ship_orders import assert_staff_page
from tests.integration.quarantined import COMPLETED, everything, quarantine
from tests.integration.stories import told
from tests.relay import Relay, answers
from tests.shop import token


@pytest.fixture
def clerk(shop):
    return shop.staff(Role.ORDERS)


def matter_of(page):
    return re.search(r'<a href="(/admin/attention/\d+)">', page.text)[1]


def test_a_payment_that_is_not_what_was_agreed_is_found_compared_and_accepted(shop, clerk):
    tee = shop.make_item("Pitch Control Tee", units=3)
    payment = quarantine(shop, tee)
    assert_staff_page(clerk.get("/admin/orders"), 200, '1<span class="vh"> open</span>')
    listed = clerk.get("/admin/attention")
    assert_staff_page(listed, 200, "Paid otherwise than agreed", "Somebody waits", "Compare what came")
    matter = clerk.get(matter_of(listed))
    assert_staff_page(matter, 200, "What to do", "It closes by itself", f"/admin/payments/{payment}")

    path = f"/admin/payments/{payment}"
    page = clerk.get(path)
    assert_staff_page(page, 200, "$3.95 came, and $39.50 was agreed", "Accept and order", "Owed to buyers", "cs_test_")
    assert "Refund $3.95" not in page.text
    form = form_of(clerk, path, f"{path}/accept") | {"reason": "The buyer was shown the old price."}
    answers_ = [clerk.post(f"{path}/accept", data=form) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers_] == [(303, f"{path}?done=accepted")] * 2
    number = shop.value('SELECT number FROM "order"')
    page = clerk.get(f"{path}?done=accepted")
    assert_staff_page(page, 200, "Accepted. The order is made", number, "Accepted differences", "staff1@example.com")
    assert "Accept and order" not in page.text
    order = clerk.get(f"/admin/orders/{number}")
    assert_staff_page(order, 200, "The buyer was shown the old price.", f'href="{path}"')
    assert_staff_page(clerk.get("/admin/attention"), 200, "Nothing waits for a person.")
    assert_staff_page(clerk.get("/admin/attention?state=closed"), 200, "It has settled itself.")
    shop.worker.drain()
    assert len(shop.mails()) == 1
    assert shop.breaches() == []


def test_such_a_payment_is_refunded_by_who_may_and_its_things_are_free_again(shop):
    tee = shop.make_item(units=3)
    payment, rita = quarantine(shop, tee), shop.staff(Role.REFUNDS)
    path = f"/admin/payments/{payment}"
    page = rita.get(path)
    assert_staff_page(page, 200, "Refund $3.95")
    assert "Accept and order" not in page.text
    form = form_of(rita, path, f"{path}/refund")
    assert [rita.post(f"{path}/refund", data=form).status_code for _ in range(2)] == [303, 303]
    assert_staff_page(rita.get(f"{path}?done=refunded"), 200, "The money is going back.", "Paid back", "staff1@")
    assert (shop.value("SELECT COUNT(*) FROM refund"), shop.level(tee)) == (1, (3, 0))
    assert_staff_page(rita.post(f"{path}/refund", data={"form_token": token()}), 409, "gone back already")
    assert_staff_page(rita.post(f"{path}/refund", data={}), 422, "This form has no token.")


@pytest.mark.parametrize(
    ("bad", "status", "sentence"),
    [
        ({"reason": ""}, 422, "Say why, in a sentence: it stays in the history."),
        ({"reason": "x" * 301}, 422, "At most 300 characters, please."),
        ({"reason": "two\nlines"}, 422, "One line of plain text, please."),
        ({"form_token": ""}, 422, "This form has no token."),
    ],
)
def test_a_decision_without_its_reason_changes_nothing(shop, clerk, bad, status, sentence):
    payment = quarantine(shop, shop.make_item(units=3))
    before = everything(shop)
    form = {"reason": "Because.", "form_token": token()} | bad
    answer = clerk.post(f"/admin/payments/{payment}/accept", data=form)
    assert_staff_page(answer, status, sentence, "Nothing is saved yet.")
    assert everything(shop) == before


def test_what_cannot_be_accepted_says_why_and_keeps_what_was_typed(shop, clerk):
    payment = quarantine(shop, shop.make_item(units=3), currency="eur")
    path = f"/admin/payments/{payment}"
    assert_staff_page(clerk.get(path), 200, "The money came in another currency than USD")
    before = everything(shop)
    answer = clerk.post(f"{path}/accept", data={"reason": "Why not?", "form_token": token()})
    assert_staff_page(answer, 409, "The money came in another currency than USD, as was agreed. Refund it.")
    assert everything(shop) == before


def test_a_matter_is_closed_with_a_note_that_stands_among_the_closed(shop, clerk):
    now = shop.clock()
    shop.db.run(lambda session: raise_attention(session, "session_contradiction", "session:cs_1", "Look.", now))
    path = matter_of(clerk.get("/admin/attention"))
    assert_staff_page(clerk.post(f"{path}/close", data={"form_token": token()}), 422, "Say what was done")
    form = form_of(clerk, path, f"{path}/close") | {"note": "Stripe’s support has mended it."}
    answer = clerk.post(f"{path}/close", data=form)
    assert (answer.status_code, answer.location) == (303, "/admin/attention?done=closed")
    assert_staff_page(clerk.get(answer.location), 200, "Closed. It stands among", "Nothing waits for a person.")
    closed = clerk.get("/admin/attention?state=closed")
    assert_staff_page(closed, 200, "Stripe’s support has mended it.", "staff1@example.com")
    late = clerk.post(f"{path}/close", data={"note": "Again.", "form_token": token()})
    assert_staff_page(late, 409, "Somebody has closed this matter meanwhile.")
    assert "Close this matter" not in clerk.get(path).text


def test_more_matters_than_a_page_holds_are_paged(shop, clerk):
    now = shop.clock()

    def many(session):
        for number in range(52):
            raise_attention(session, "job_dead", f"job:{number}", f"Job {number}.", now)

    shop.db.run(many)
    first, second = clerk.get("/admin/attention"), clerk.get("/admin/attention?page=2")
    assert (first.text.count("</tr>"), second.text.count("</tr>")) == (51, 3)
    assert "/admin/attention?page=2" in first.text
    assert clerk.get("/admin/attention?page=2").status_code == 200
    for odd in ("0", "-1", "x", "9" * 40):
        assert clerk.get(f"/admin/attention?page={odd}").text.count("</tr>") == 51


def test_a_checkout_that_stripe_will_not_tell_about_is_released_with_a_reason(open_shop, sandbox):
    relay = Relay(sandbox.url)
    shop = open_shop(stripe_api_base=relay.url)
    tee, clerk = shop.make_item("Booth Cap", units=9), shop.staff(Role.ORDERS)
    session = shop.check_out(shop.visitor_with(tee))
    path = f"/admin/checkouts/{shop.value('SELECT id FROM checkout')}"
    page = clerk.get(path)
    assert_staff_page(page, 200, "Booth Cap", "Held", session, "Open")
    assert "Release checkout" not in page.text
    early = clerk.post(f"{path}/release", data={"reason": "Now.", "form_token": token()})
    assert_staff_page(early, 409, "Its buyer still has time to pay.")

    for call in (("GET", f"/v1/checkout/sessions/{session}"), ("POST", f"/v1/checkout/sessions/{session}/expire")):
        relay.tricks[call] = answers(404, "invalid_request_error")
    shop.clock.advance(minutes=31)
    clerk = shop.staff(Role.ORDERS)  # the first has been away for too long
    assert_staff_page(clerk.post(f"{path}/release", data={"form_token": token()}), 422, "Say why, in a sentence")
    form = form_of(clerk, path, f"{path}/release") | {"reason": "The key was replaced."}
    assert [clerk.post(f"{path}/release", data=form).status_code for _ in range(2)] == [303, 303]
    page = clerk.get(f"{path}?done=released")
    assert_staff_page(page, 200, "Released. What it held is for sale again.", "Given back", "staff2@example.com")
    assert (shop.level(tee), shop.value("SELECT COUNT(*) FROM audit_entry")) == ((9, 0), 1)
    relay.stop()


def test_stripes_events_are_listed_narrowed_and_tried_again(shop, clerk, monkeypatch):
    tee = shop.make_item(units=3)
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    event = told(shop, COMPLETED)

    def break_down(*_):
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", break_down)
        assert shop.post_event(event)[0] == 500
        listed = clerk.get("/admin/webhook-events")
        assert_staff_page(listed, 200, event["id"], "ZeroDivisionError: a fault of ours", "1 time", "Try again")
        answer = clerk.post(f"/admin/webhook-events/{event['id']}/again")
        assert answer.status_code == 303
        assert_staff_page(clerk.get(answer.location), 200, "It failed again.", "2 times")
    answer = clerk.post(f"/admin/webhook-events/{event['id']}/again")
    assert answer.location == f"/admin/webhook-events?q={event['id']}&done=applied"
    page = clerk.get(answer.location)
    assert_staff_page(page, 200, "Handled. It is applied now.", "Applied")
    assert "Try again" not in page.text
    assert shop.counts()["order"] == 1
    assert_staff_page(clerk.post(f"/admin/webhook-events/{event['id']}/again"), 409, "This event has been handled.")
    assert_staff_page(clerk.post("/admin/webhook-events/evt_none/again"), 404, "We know no such event.")

    for narrowed, there in (
        ("outcome=applied", True), ("outcome=failed", False),
        (f"type={COMPLETED}", True), ("type=refund.created", False),
        (f"q={event['data']['object']['id']}", True), ("q=nobody", False), ("outcome=x&type=y&after=z", True),
    ):  # fmt: skip
        assert (event["id"] in clerk.get(f"/admin/webhook-events?{narrowed}").text) is there, narrowed


def test_events_are_paged_forward(shop, clerk):
    shop.make_item()
    shop.write(
        "INSERT INTO webhook_event (id, type, api_version, object_id, livemode, outcome, failures, happened_at,"
        " received_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)"
        " SELECT 'evt_' || (100 + i), 'refund.created', 'v', 're', false, 'applied', 0, :now, :now FROM n",
        now=shop.clock().replace(tzinfo=None) if shop.db.is_sqlite else shop.clock(),
    )
    first = clerk.get("/admin/webhook-events")
    assert "evt_160" in first.text
    assert "evt_110" not in first.text
    later = clerk.get("/admin/webhook-events?after=evt_111")
    assert "evt_110" in later.text
    assert "evt_111" not in later.text
    assert "/admin/webhook-events?after=evt_111" in first.text


def test_what_was_not_ours_is_told_by_its_number(shop, clerk):
    session = shop.account.make_session(4200, metadata={"store": "somebody-else"})
    shop.account.pay(session)
    shop.deliver(COMPLETED)
    page = clerk.get("/admin/webhook-events")
    assert_staff_page(page, 200, "Not for us")
    assert re.search(COMPLETED + r"</th>\s*<td[^>]*>1</td>", page.text)


def test_a_job_that_was_given_up_is_tried_again(shop, clerk):
    shop.db.run(lambda session: enqueue(session, "no_such_job", {}, shop.clock(), max_attempts=1))
    assert_staff_page(clerk.get("/admin/jobs"), 200, "No job was given up. 1 is waiting for their turn.")
    shop.worker.drain()
    page = clerk.get("/admin/jobs")
    assert_staff_page(page, 200, "no_such_job", "LookupError: no handler for jobs of kind")
    job = shop.value("SELECT id FROM job WHERE kind = 'no_such_job'")
    answer = clerk.post(f"/admin/jobs/{job}/again")
    assert (answer.status_code, answer.location) == (303, "/admin/jobs?done=again")
    assert_staff_page(clerk.get(answer.location), 200, "The worker tries it again now.", "No job was given up.")
    assert clerk.post(f"/admin/jobs/{job}/again").status_code == 303
    assert shop.value("SELECT COUNT(*) FROM audit_entry") == 1
    assert_staff_page(clerk.post("/admin/jobs/999/again"), 404, "We know no such job.")


def test_who_only_packs_sees_what_waits_and_no_button(shop):
    payment, packer = quarantine(shop, shop.make_item(units=3)), shop.staff(Role.PACKER)
    pages = ["/admin/attention", matter_of(packer.get("/admin/attention")), f"/admin/payments/{payment}"]
    pages += ["/admin/webhook-events", "/admin/jobs", f"/admin/checkouts/{shop.value('SELECT id FROM checkout')}"]
    for path in pages:
        page = packer.get(path)
        assert page.status_code == 200, path
        for button in ("Close this matter", "Accept and order", "Refund $", "Release checkout", "Try again"):
            assert button not in page.text, (path, button)


def test_what_stripe_says_is_shown_and_never_run(shop, clerk):
    now = shop.clock()
    evil = "<script>alert(1)</script>"
    shop.db.run(lambda session: raise_attention(session, "session_refused", f"checkout:{evil}", evil, now))
    for path in ("/admin/attention", matter_of(clerk.get("/admin/attention"))):
        page = clerk.get(path).text
        assert evil not in page
        assert "&lt;script&gt;" in page
