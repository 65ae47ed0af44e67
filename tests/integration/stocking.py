"""People at the shelf, and what their deeds leave behind."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from store.actors import Actor, Role
from store.stock import service
from tests.shop import US, token

STALL = Actor(member_id=1, email="stall@example.com", roles=frozenset({Role.STALL}))


class Deeds:
    """`do.receive(tee, 5)` as somebody at the stall, each time with a form of its own."""

    def __init__(self, shop):
        self.shop = shop

    def __getattr__(self, verb):
        def act(variant_id, *numbers, actor=STALL, reason="Because", key=None):
            use_case = getattr(service, verb)
            return use_case(
                self.shop.db,
                actor,
                variant_id,
                *numbers,
                reason=reason,
                request_key=key or token(),
                now=self.shop.clock(),
            )

        return act


def level(shop, variant_id):
    """(on_hand, reserved, short)."""
    return shop.rows("SELECT on_hand, reserved, short FROM stock_level WHERE variant_id = :id", id=variant_id)[0]


def movements(shop, variant_id):
    return shop.rows(
        "SELECT kind, quantity, reason, actor FROM stock_movement WHERE variant_id = :id AND request_key IS NOT NULL"
        " ORDER BY id",
        id=variant_id,
    )


def everything(shop):
    tables = ("stock_level", "stock_movement", "audit_entry", "audit_head", "attention")
    return {table: shop.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables}


def at_once(*deeds):
    """Each in a thread of its own, all at the same moment; what each returned or raised."""
    start = threading.Barrier(len(deeds))

    def run(deed):
        start.wait()
        try:
            return deed()
        except Exception as error:  # noqa: BLE001 - it is the outcome
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def order_of(shop, email):
    return shop.value('SELECT number FROM "order" WHERE email = :email', email=email)


def buy(shop, variant_id, email, quantity=1):
    session = shop.check_out(shop.visitor_with(variant_id, quantity=quantity), email=email)
    shop.pay(session)
    shop.deliver()


def attention(shop):
    return shop.rows("SELECT kind, subject, sentence FROM attention WHERE closed_at IS NULL ORDER BY id")


def place(client, email):
    """Send the checkout's form; the status of the answer."""
    return client.post("/checkout", data=US | {"email": email}).status_code


@contextlib.contextmanager
def refusing_rows(shop, table):
    """Meanwhile the database takes no new row of `table`."""
    on_sqlite = "BEGIN SELECT raise(abort, 'no'); END"
    on_postgresql = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    shop.write(f"CREATE TRIGGER refusing BEFORE INSERT ON {table} {on_sqlite if shop.db.is_sqlite else on_postgresql}")
    yield
    shop.write("DROP TRIGGER refusing" if shop.db.is_sqlite else f"DROP TRIGGER refusing ON {table}")
