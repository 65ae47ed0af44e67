"""Mail by SMTP: handed over once, or tried again under the same Message-ID."""

import socket

import pytest
from aiosmtpd.controller import Controller


class Postmaster:
    """Takes mails, after it has refused `refusals` of them."""

    def __init__(self):
        self.refusals, self.asked, self.taken = 0, [], []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.asked.append(envelope.content.decode())
        if len(self.asked) <= self.refusals:
            return "451 not just now"
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def postmaster():
    handler = Postmaster()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    handler.stop = controller.stop
    yield handler
    if controller.server is not None:
        controller.stop()


def message_ids(mails):
    return [line for mail in mails for line in mail.splitlines() if line.startswith("Message-ID")]


def confirmations(shop):
    return shop.rows("SELECT state, attempts FROM job WHERE kind = 'order_confirmation'")


def test_a_receipt_is_handed_over_with_text_and_html(open_shop, postmaster):
    shop = open_shop(smtp_url=postmaster.url, mail_from="NASTYMIXX <shop@nastymixx.example>")
    shop.buy(shop.make_item())
    shop.worker.drain()
    (mail,) = postmaster.taken
    assert (mail.mail_from, mail.rcpt_tos) == ("shop@nastymixx.example", ["ana@example.com"])
    content = mail.content.decode()
    assert shop.value('SELECT number FROM "order"') in content
    for header in ("Auto-Submitted: auto-generated", "multipart/alternative", "text/plain", "text/html"):
        assert header in content
    assert confirmations(shop) == [("done", 1)]
    shop.worker.drain()
    assert len(postmaster.taken) == 1


def test_a_mail_that_was_refused_is_sent_again_under_the_same_name(open_shop, postmaster):
    shop = open_shop(smtp_url=postmaster.url)
    postmaster.refusals = 2
    shop.buy(shop.make_item())
    for _ in range(3):
        shop.worker.drain()
        shop.clock.advance(seconds=30)
    assert (len(postmaster.asked), len(postmaster.taken), confirmations(shop)) == (3, 1, [("done", 3)])
    names = message_ids(postmaster.asked)
    assert (len(names), len(set(names))) == (3, 1)
    assert names[0].endswith("@nastymixx.example>")


def test_a_mail_server_that_is_away_loses_no_mail_and_no_order(open_shop, postmaster):
    shop = open_shop(smtp_url=postmaster.url)
    postmaster.stop()
    shop.buy(shop.make_item())
    shop.worker.drain()
    assert (shop.counts()["order"], confirmations(shop)) == (1, [("waiting", 1)])
    assert "refused" in shop.value("SELECT last_error FROM job WHERE kind = 'order_confirmation'").lower()


def test_two_mails_never_share_a_name(open_shop, postmaster):
    shop = open_shop(smtp_url=postmaster.url)
    tee = shop.make_item()
    shop.buy(tee)
    shop.buy(tee)
    shop.worker.drain()
    assert len(set(message_ids(postmaster.asked))) == 2
