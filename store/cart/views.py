"""The bag's page, and the forms that change it. A script may ask for the bag as a fragment of the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.cart import contents, repository, service
from store.cart.contents import Bag, BagLine
from store.cart.schemas import AddIn, ChangeIn
from store.cart.service import Holder
from store.catalog.pictures import Picture, of_variants
from store.errors import Conflict, Invalid, StoreError
from store.money import Money
from store.pricing.countries import country_name
from store.pricing.repository import list_destinations
from store.web import cookies
from store.web.current import actor, db, now, reader, settings
from store.web.limits import limiter

blueprint = Blueprint("cart", __name__)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the bag as its page shows it."""

    id: int
    title: str
    number: str | None
    variant_label: str
    url: str
    picture: Picture | None
    quantity: int
    unit: Money
    total: Money
    left: int | None
    problem: str | None


def holder() -> Holder:
    """Whose bag this request is about. A member's is found by who they are, and no cookie of a guest's opens it."""
    member_id = actor().member_id
    return Holder(cookies.bag_id() if member_id is None else None, member_id)


def own_cart_id() -> str | None:
    """The id of the visitor's bag, if there is one."""
    whose = holder()
    if whose.member_id is not None:
        return repository.find_cart_of(reader(), whose.member_id)
    known = whose.cart_id is not None and repository.is_guests(reader(), whose.cart_id)
    return whose.cart_id if known else None


def remember(answer: Answer, cart_id: str, count: int) -> None:
    """Send along what the browser has to know of the bag: its count, and to guests its id."""
    if actor().member_id is None:
        cookies.remember_bag(answer, cart_id, count)
    else:
        cookies.remember_count(answer, count)


def own_bag() -> Bag:
    """The visitor's bag, everything re-read."""
    return contents.read(reader(), own_cart_id(), settings().store_currency, now())


def view_bag(bag: Bag) -> dict[str, Any]:
    """A bag for a template: lines with their pictures and links back."""
    pictures = of_variants(reader(), [line.offer.variant_id for line in bag.lines])
    lines = [_view_line(line, pictures.get(line.offer.variant_id)) for line in bag.lines]
    return {"lines": lines, "count": bag.count, "subtotal": bag.subtotal, "problems": bag.problems}


def _view_line(line: BagLine, picture: Picture | None) -> LineView:
    offer = line.offer
    url = f"/products/{offer.slug}?variant={offer.variant_id}"
    return LineView(
        line.id,
        offer.title,
        offer.number,
        offer.label,
        url,
        picture,
        line.quantity,
        line.unit,
        line.total,
        line.left,
        line.problem,
    )


def delivery_rates() -> list[dict[str, object]]:
    """What delivery costs where, for people to see before they check out."""
    currency = settings().store_currency
    return [
        {
            "country": country_name(destination.country),
            "first": Money(destination.rate.first, currency),
            "additional": Money(destination.rate.additional, currency),
        }
        for destination in list_destinations(reader(), currency)
    ]


@blueprint.get("/cart")
def show() -> str:
    return _page()


def _page(error: str | None = None) -> str:
    bag = own_bag()
    return render_template(
        "cart/show.html",
        bag=view_bag(bag),
        rates=delivery_rates() if bag.is_shipped else [],
        can_check_out=bag.can_check_out,
        error=error,
    )


@blueprint.post("/cart/lines")
@limiter.limit("120 per minute")
def add() -> Answer:
    try:
        wish = AddIn().load(request.form.to_dict())
        cart_id, count = service.add(
            db(), holder(), wish["variant"], wish["quantity"], settings().store_currency, now()
        )
    except (ValidationError, StoreError) as refusal:
        return _refuse(refusal)
    if request.headers.get("X-Fragment") == "bag":
        bag = contents.read(reader(), cart_id, settings().store_currency, now())
        answer: Answer = make_response(render_template("cart/_drawer.html", bag=view_bag(bag), error=None))
    else:
        answer = redirect(url_for("cart.show"), 303)
    remember(answer, cart_id, count)
    return answer


@blueprint.post("/cart/lines/<id:line_id>")
@limiter.limit("120 per minute")
def change(line_id: int) -> Answer:
    try:
        quantity = ChangeIn().load(request.form.to_dict())["quantity"]
        count = service.change(db(), own_cart_id() or "", line_id, quantity, settings().store_currency, now())
    except (ValidationError, Conflict, Invalid) as refusal:
        return _refuse(refusal)
    answer = redirect(url_for("cart.show"), 303)
    cookies.remember_count(answer, count)
    return answer


def _refuse(refusal: ValidationError | StoreError) -> Response:
    """The bag as it was, with the sentence that says why; 409 when only the world has changed, else 422."""
    status = 409 if isinstance(refusal, Conflict) else 422
    if not isinstance(refusal, (ValidationError, Conflict, Invalid)):
        raise refusal
    if request.headers.get("X-Fragment") == "bag":
        html = render_template("cart/_drawer.html", bag=view_bag(own_bag()), error=_sentence(refusal))
        return make_response(html, 422)
    return make_response(_page(_sentence(refusal)), status)


def _sentence(refusal: ValidationError | StoreError) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(sentence for sentences in refusal.messages_dict.values() for sentence in sentences)
    return str(refusal)
