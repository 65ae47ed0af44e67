"""The state machine: people, staff, banks, Stripe, the clock and bad luck, in any order and number.

After every step all invariants hold and the shop agrees with its Stripe; at the end time passes until nothing can
happen any more, and nothing is held, lost, sold or booked twice.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.properties import deeds, oracle
from tests.properties.deeds import DISGUISES, WAYS, pick
from tests.properties.storms import SOME, STORMS, storm_of
from tests.properties.world import Deed, Ground, World

FEW = st.integers(1, 3)
STREET = st.integers(0, 1)
WAY = st.sampled_from(list(WAYS))
OUTCOME = st.sampled_from(["succeed", "fail", "cancel", "require_action"])
DOUBT = st.sampled_from(["chargeback", "inquiry", "warnings", "reviews"])
VERDICT = st.sampled_from(["won", "lost", "warning_closed", "escalated", "prevented"])
TOLD = st.sampled_from(["in order", "not yet", "newest first", "twice"])
THEN = st.sampled_from([(), (deeds.cancel,), (deeds.cancel, deeds.place), (deeds.place_again,), (deeds.place,)])
"""What a buyer goes on to do, who has paid already or is about to."""
TROUBLES = st.sampled_from([*[None] * 6, "lost", "lost", "cut", *(f"dies:{boundary}" for boundary in range(9))])
UNHEARD = st.sampled_from([*[None] * 2, "lost", "cut", "dies:2", "dies:4", "dies:6", "dies:7", "dies:8"])
"""Mostly after Stripe has made a refund and before we know it."""
DEATHS = st.sampled_from([*[None] * 4, "dies:0", "dies:1", "dies:2"])
LEAPS = st.sampled_from([{}, {"minutes": 1}, {"minutes": 6}, {"minutes": 31}, {"hours": 25}, {"days": 4}])


class Money(RuleBasedStateMachine):
    """`ground` is set by the test that runs it."""

    ground: ClassVar[Ground]
    story: ClassVar[str]
    """Its first line: which run this is."""

    def __init__(self) -> None:
        super().__init__()
        note(self.story)
        self.until_end = ExitStack()
        self.world: World = self.until_end.enter_context(self.ground.world(note))
        self.broken = False

    @initialize(told=st.booleans())
    def promise(self, told):
        """Whether Stripe's events arrive at all once the steps are over."""
        self.told = told

    def teardown(self) -> None:
        with self.until_end:
            if not self.broken:
                oracle.come_to_rest(self.world, told=self.told)
                oracle.check_at_rest(self.world)

    def do(self, *things: Deed) -> None:
        self.broken = True
        self.world.run(*things)
        oracle.check(self.world)
        self.broken = False

    def tell_all(self, how: str) -> None:
        """Whatever the shop has not been told yet, in this order."""
        events = self.world.untold()
        if how == "newest first":
            events = events[::-1]
        if how in ("in order", "newest first", "twice"):
            for event in events * (2 if how == "twice" else 1):
                self.do(deeds.tell(self.world, event))

    def sessions(self) -> list[str]:
        """There is one, unless all is sold out: rules find what they are about, or make it."""
        if not self.world.sessions:
            buyer = self.world.buyers[0]
            self.do(deeds.fill(self.world, buyer, -1, 2))
            self.do(deeds.place(self.world, buyer))
        return self.world.sessions

    def orders(self) -> bool:
        if not self.world.shop.counts()["order"] and self.sessions():
            self.do(deeds.pay(self.world, -1, "card"))
            self.tell_all("in order")
        return self.world.shop.counts()["order"] > 0

    # -- buyers --

    @rule(who=SOME, item=SOME, quantity=FEW, way=WAY, told=TOLD, then=THEN)
    def buy(self, who, item, quantity, way, told, then):
        """The usual, from bag to money; told of it now, or later, or never."""
        buyer = pick(self.world.buyers, who)
        self.do(deeds.fill(self.world, buyer, item, quantity))
        self.do(deeds.place(self.world, buyer))
        if self.world.sessions:
            self.do(deeds.pay(self.world, -1, way))
            self.tell_all(told)
            for thing in then:
                self.do(thing(self.world, buyer))

    @rule(who=SOME, item=SOME, quantity=FEW, street=STREET, trouble=TROUBLES)
    def place(self, who, item, quantity, street, trouble):
        """Whatever is in the bag by now, and perhaps this."""
        buyer = pick(self.world.buyers, who)
        if quantity > 1 or buyer.bag is None:
            self.do(deeds.fill(self.world, buyer, item, quantity))
        self.do(deeds.place(self.world, buyer, street, trouble))

    @rule(who=SOME, trouble=TROUBLES)
    def place_again(self, who, trouble):
        if self.sessions() and (buyers := [one for one in self.world.buyers if one.form]):
            self.do(deeds.place_again(self.world, pick(buyers, who), trouble))

    @rule(who=SOME, what=st.sampled_from([deeds.cancel, deeds.resume]), trouble=TROUBLES)
    def waver(self, who, what, trouble):
        if self.sessions():
            self.do(what(self.world, pick(self.world.buyers, who), trouble=trouble))

    @rule(who=SOME, session=SOME, trouble=TROUBLES)
    def come_back(self, who, session, trouble):
        if self.sessions():
            self.do(deeds.come_back(self.world, pick(self.world.buyers, who), session, trouble))

    # -- at Stripe --

    @rule(session=st.integers(-3, 40), way=WAY, told=TOLD)
    def pay(self, session, way, told):
        if self.sessions():
            self.do(deeds.pay(self.world, session, way))
            self.tell_all(told)

    @rule(intent=SOME, outcome=st.sampled_from(["succeed", "fail"]), told=TOLD)
    def answer_of_bank(self, intent, outcome, told):
        if not deeds.waiting(self.world) and self.sessions():
            self.do(deeds.pay(self.world, -1, "debit that comes"))
        if deeds.waiting(self.world):
            self.do(deeds.answer_of_bank(self.world, intent, outcome))
            self.tell_all(told)

    @rule(event=SOME, trouble=DEATHS)
    def tell(self, event, trouble):
        if events := self.world.untold():
            self.do(deeds.tell(self.world, pick(events, event), trouble=trouble))

    @rule(how=TOLD.filter(lambda how: how != "not yet"))
    def tell_everything(self, how):
        self.tell_all(how)

    @rule(event=SOME, disguise=st.sampled_from(DISGUISES))
    def tell_again(self, event, disguise):
        if self.orders() and (events := self.world.ours()):
            self.do(deeds.tell(self.world, pick(events, event), disguise))

    # -- the shop --

    @rule(leap=LEAPS, trouble=TROUBLES)
    def tick(self, leap, trouble):
        if leap:
            self.world.say(f"time passes: {leap}")
            self.world.clock.advance(**leap)
        self.do(deeds.work(trouble))

    @rule(verb=st.sampled_from(["receive", "adjust", "count"]), item=SOME, units=st.integers(-4, 3), trouble=DEATHS)
    def keep_stock(self, verb, item, units, trouble):
        self.do(deeds.move(self.world, verb, item, units, trouble))

    @rule(item=SOME, amount=st.sampled_from([900, 2000, 3400, 3500]))
    def change_price(self, item, amount):
        self.world.shop.set_price(pick(self.world.items, item), amount)

    @rule(order=SOME, units=FEW, trouble=DEATHS)
    def ship(self, order, units, trouble):
        if self.orders():
            self.do(deeds.ship(self.world, order, units, trouble))

    @rule(order=SOME, units=FEW, shipping=st.sampled_from([0, 100]), restock=st.booleans(), trouble=UNHEARD)
    def refund(self, order, units, shipping, restock, trouble):
        if self.orders():
            clicked = deeds.refund(self.world, order, units, shipping, restock, trouble)
            self.do(clicked)
            self.do(deeds.again(self.world, clicked))

    @rule(order=SOME, amount=st.sampled_from([1, 500, 2000, 5000]), trouble=UNHEARD)
    def refund_amount(self, order, amount, trouble):
        if self.orders():
            self.do(deeds.refund_amount(self.world, order, amount, trouble))

    @rule(refund=SOME, outcome=OUTCOME, told=TOLD, repaid=st.booleans(), trouble=UNHEARD)
    def refund_turns(self, refund, outcome, told, repaid, trouble):
        """Stripe's last word on one was not the last; what has failed may be sent once more."""
        if not self.world.newest("refund") and self.orders():
            self.do(deeds.refund_amount(self.world, -1, 500))
        if self.world.newest("refund"):
            self.do(deeds.refund_outcome(self.world, refund, outcome))
            self.tell_all(told)
        if repaid and self.world.shop.value("SELECT COUNT(*) FROM refund"):
            self.do(deeds.repay(self.world, refund, trouble))

    @rule(payment=SOME, part=FEW, here=st.booleans(), told=TOLD, trouble=UNHEARD)
    def refund_otherwise(self, payment, part, here, told, trouble):
        """In Stripe's dashboard, or here what has no order."""
        if not self.orders() or not self.world.paid():
            return
        if here:
            self.do(deeds.refund_unapplied(self.world, payment, trouble))
        else:
            self.do(deeds.refund_in_dashboard(self.world, payment, part))
            self.tell_all(told)

    @rule(payment=SOME, what=DOUBT, told=TOLD)
    def doubt(self, payment, what, told):
        """A buyer's bank takes the money back or asks first; a card network warns; Stripe wants a look."""
        if self.orders() and self.world.paid():
            act = deeds.dispute if what in ("chargeback", "inquiry") else deeds.doubt
            self.do(act(self.world, payment, what))
            self.tell_all(told)

    @rule(which=SOME, outcome=VERDICT, told=TOLD)
    def verdict(self, which, outcome, told):
        if not self.world.newest("dispute") and self.orders() and self.world.paid():
            self.do(deeds.dispute(self.world, which, "inquiry" if outcome.startswith(("w", "e")) else "chargeback"))
        if self.world.newest("dispute"):
            self.do(deeds.dispute_turns(self.world, which, outcome))
        if self.world.newest("review"):
            self.do(deeds.review_ends(self.world, which, "approved"))
        self.tell_all(told)

    @rule(enough=st.booleans(), paid_out=st.booleans())
    def balance(self, enough, paid_out):
        self.do(deeds.balance(self.world, enough=enough))
        if paid_out and self.orders():
            self.do(deeds.pay_out(self.world))
            self.world.clock.advance(days=1)
            self.do(deeds.work())

    @rule(trouble=UNHEARD)
    def reconcile(self, trouble):
        """Of everything nobody has told us so far, the shop learns by itself."""
        if self.orders():
            self.do(deeds.reconcile(trouble))

    @rule(payment=SOME, trouble=UNHEARD)
    def accept(self, payment, trouble):
        """Money that came otherwise than agreed, too late or twice; of what has its order nothing is accepted."""
        if self.orders() and self.world.paid():
            self.do(deeds.accept(self.world, payment, trouble))

    @rule(storm=STORMS, trouble=TROUBLES)
    def storm(self, storm, trouble):
        """All at the same instant; the first of them may have bad luck."""
        found = [deed for deed in (storm_of(self.world, *what) for what in storm) if deed is not None]
        if found and found[0].command:
            found[0].trouble = trouble
        if found:
            self.do(*found)
