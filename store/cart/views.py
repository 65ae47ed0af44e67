"""The bag's page, and the forms that change it. A script may ask for the bag as a fragment of the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.cart import contents, repository, service
from store.cart.contents import Bag, BagLine
from store.cart.schemas import AddIn, ChangeIn
from store.cart.service import Holder
from store.catalog.pictures import Picture, of_variants
from store.catalog.repository import offers
from store.errors import Conflict, Invalid, StoreError
from store.money import Money
from store.pricing.countries import country_name
from store.pricing.delivery_dates import expect
from store.pricing.quote import quote
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


def destination(bag: Bag, asked: str | None) -> dict[str, Any]:
    """Where a bag would go and what it would then cost: `asked` if we ship there, else the shop's own country."""
    currency = settings().store_currency
    rates = {one.country: one.rate for one in list_destinations(reader(), currency)} if bag.is_shipped else {}
    country = next((code for code in (asked, settings().store_country, *rates) if code in rates), None)
    blocked = [line for line in bag.lines if line.blocked]
    wishes = [line.wish for line in bag.lines if line not in blocked]
    offer = quote(wishes, rates[country] if country else None, currency)
    return {
        "country": country,
        "country_name": country_name(country) if country else None,
        "countries": [{"code": code, "name": country_name(code)} for code in rates],
        "shipping": Money(offer.shipping, currency) if country else None,
        "total": Money(offer.total, currency),
        "dates": expect(now().astimezone(settings().zone).date(), settings().packing_days, _transit(country)),
        "is_home": country == settings().store_country,
    }


def _transit(country: str | None) -> tuple[int, int] | None:
    return settings().transit.get(country) if country else None


@blueprint.get("/cart")
def show() -> str:
    return _page(removed=_removed(), again=request.args.get("again"))


def _page(error: str | None = None, removed: dict[str, Any] | None = None, again: str | None = None) -> str:
    bag = own_bag()
    return render_template(
        "cart/show.html",
        bag=view_bag(bag),
        goes_to=destination(bag, request.values.get("country")),
        can_check_out=bag.can_check_out,
        error=error,
        removed=removed if removed and removed["variant"] not in {one.offer.variant_id for one in bag.lines} else None,
        again=again if again in ("all", "some") else None,
        suggestions=[] if bag.lines else current_app.extensions["navigation"].suggestions(),
    )


def _removed() -> dict[str, Any] | None:
    """What the page's own address says was just taken out, with what puts it back."""
    try:
        wish = AddIn().load({"variant": request.args.get("removed", ""), "quantity": request.args.get("quantity", "1")})
    except ValidationError:
        return None
    reference = wish["variant"]
    is_id = reference.isascii() and reference.isdigit() and len(reference) <= 18
    return _undo(int(reference), wish["quantity"]) if is_id else None


def _undo(variant_id: int, quantity: int) -> dict[str, Any] | None:
    offer = offers(reader(), [variant_id], settings().store_currency, now()).get(variant_id)
    return {"variant": variant_id, "quantity": quantity, "name": offer.name} if offer else None


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
    if _wants_fragment():
        bag = contents.read(reader(), cart_id, settings().store_currency, now())
        answer: Answer = make_response(_drawer(bag, added=_added(bag, wish["variant"])))
    else:
        answer = redirect(url_for("cart.show"), 303)
    remember(answer, cart_id, count)
    return answer


@blueprint.post("/cart/lines/<id:line_id>")
@limiter.limit("120 per minute")
def change(line_id: int) -> Answer:
    cart_id = own_cart_id() or ""
    line = repository.find_line(reader(), cart_id, line_id)
    held = (line.variant_id, line.quantity) if line else (0, 0)
    try:
        quantity = ChangeIn().load(request.form.to_dict())["quantity"]
        count = service.change(db(), cart_id, line_id, quantity, settings().store_currency, now())
    except (ValidationError, Conflict, Invalid) as refusal:
        return _refuse(refusal)
    if _wants_fragment():
        removed = _undo(*held) if not quantity else None
        answer: Answer = make_response(_drawer(own_bag(), removed=removed))
    else:
        undo: dict[str, Any] = {"removed": held[0], "quantity": held[1]} if not quantity else {}
        answer = redirect(url_for("cart.show", country=request.form.get("country") or None, **undo), 303)
    cookies.remember_count(answer, count)
    return answer


def _wants_fragment() -> bool:
    return request.headers.get("X-Fragment") == "bag"


def _drawer(bag: Bag, error: str | None = None, added: int | None = None, removed: dict[str, Any] | None = None) -> str:
    """The bag as a fragment; `added` is the line that has just come in, `removed` what has just gone."""
    return render_template(
        "cart/_drawer.html",
        bag=view_bag(bag),
        goes_to=destination(bag, request.values.get("country")),
        error=error,
        added=added,
        removed=removed,
    )


def _added(bag: Bag, reference: str) -> int | None:
    return next((one.id for one in bag.lines if reference in (str(one.offer.variant_id), one.offer.sku)), None)


def _refuse(refusal: ValidationError | StoreError) -> Response:
    """The bag as it was, with the sentence that says why; 409 when only the world has changed, else 422."""
    status = 409 if isinstance(refusal, Conflict) else 422
    if not isinstance(refusal, (ValidationError, Conflict, Invalid)):
        raise refusal
    if _wants_fragment():
        return make_response(_drawer(own_bag(), _sentence(refusal)), 422)
    return make_response(_page(_sentence(refusal)), status)


def _sentence(refusal: ValidationError | StoreError) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(sentence for sentences in refusal.messages_dict.values() for sentence in sentences)
    return str(refusal)
