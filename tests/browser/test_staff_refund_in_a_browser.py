"""One of three is sent back: staff pay for it with the sum in sight, and everybody sees what became of it."""

from playwright.sync_api import expect

from store.actors import Role
from tests.browser.at_work import colleague, go_to, section
from tests.browser.refund_places import paid
from tests.browser.steps import EVERYWHERE, heading
from tests.shop import wait_until


@EVERYWHERE
def test_one_of_three_is_paid_back(open_page, live, size, js):
    guest = paid(live)
    number, shelf = live.wait_for_order(guest.email), live.variants("hand-signals")[0]
    available = live.available(shelf)
    page = open_page("/admin/orders", size, js=js, cookies=live.signed_in(colleague(live, Role.REFUNDS)))
    page.get_by_role("searchbox").fill(guest.email)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=number).click()
    expect(section(page, "Refunds")).to_contain_text("Nothing has gone back.")
    section(page, "Refunds").get_by_role("link", name="Refund").click()
    expect(heading(page)).to_have_text("Refund")

    page.get_by_label("Units of Hand Signals that were not sent yet, 3 left").fill("1")
    page.get_by_label("Of the delivery").fill("0.50")
    page.get_by_label("Note for staff").fill("Wanted two.")
    page.get_by_role("button", name="Work out the sum").click()
    shown = section(page, "This refund")
    expect(shown).to_contain_text("Hand Signals: 1 canceled, for sale again")
    assert live.rows("SELECT COUNT(*) FROM refund JOIN payment ON payment.id = payment_id JOIN \"order\""
                     ' ON "order".id = order_id WHERE number = :number', number=number) == [(0,)]  # fmt: skip
    shown.get_by_role("button", name="Refund $12.50").click()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(
        "The money is going back, and the buyer is being told."
    )
    expect(section(page, "Refunds")).to_contain_text("Wanted two.")
    expect(section(page, "Refunds").get_by_text("Paid back")).to_be_visible()
    expect(section(page, "Timeline")).to_contain_text("Refunded $12.50")
    go_to(page, "Orders")

    assert live.available(shelf) == available + 1
    (mail,) = wait_until(lambda: [mail for mail in live.mails_to(guest.email) if "on its way back" in mail.subject], 60)
    assert mail.subject == "$12.50 is on its way back to you"
    assert "1 x Hand Signals" in mail.text
    buyer = open_page(guest.order_path, size, js=js)
    expect(buyer.get_by_role("region", name="Items")).to_contain_text("1 canceled")
    expect(buyer.get_by_role("complementary", name="Payment and address")).to_contain_text("−$12.50")
    assert "Wanted two." not in buyer.content()
