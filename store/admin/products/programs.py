"""What programs send about products, and a product as staff's programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema
from sqlalchemy.orm import Session

from store.admin.products.repository import View
from store.catalog.editing import NewProduct, Words
from store.catalog.fields import Customs, Number, Paragraphs, Sku, Slug
from store.catalog.gallery import MOST_PICTURES
from store.catalog.models import Kind, Product, Status, Variant
from store.catalog.snapshots import missing_for_sale
from store.catalog.typed import (
    LONGEST_ALT,
    LONGEST_CAPTION,
    LONGEST_DESCRIPTION,
    LONGEST_DETAIL,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_OPTION,
    LONGEST_TITLE,
    LONGEST_VALUE,
    MOST_DETAILS,
    MOST_GRAMS,
    MOST_OPTIONS,
    MOST_UNITS,
    MOST_VALUES,
)
from store.catalog.variants import VariantEdit, price_of
from store.media.repository import digests_of
from store.money import Money
from store.storefront.schemas import OptionOut
from store.web.api.fields import MOST_AMOUNT, In, Int, MoneyOut, Out, PageIn, Text, Time, page_of

KINDS = [kind.value for kind in Kind]
STATUSES = [status.value for status in Status]
DIGEST = validate.Regexp(r"[0-9a-f]{64}\Z", error="64 hexadecimal digits, please.")


class ProductsIn(PageIn):
    q = Text(200, load_default="", metadata={"description": "Of its title, its number or a sku."})
    view = fields.String(load_default=View.ALL.value, validate=validate.OneOf([view.value for view in View]))


class DetailIn(In):
    label = Text(LONGEST_LABEL, least=1, required=True)
    text = Text(LONGEST_DETAIL, least=1, required=True)


class OptionIn(In):
    name = Text(LONGEST_OPTION, least=1, required=True)
    values = fields.List(Text(LONGEST_VALUE, least=1), required=True, validate=validate.Length(1, MOST_VALUES))

    @validates_schema
    def name_each_once(self, data: Mapping[str, Any], **_: object) -> None:
        if len({value.casefold() for value in data["values"]}) < len(data["values"]):
            raise ValidationError({"values": ["Each value once, please."]})


class WordsIn(In):
    title = Text(LONGEST_TITLE, least=1)
    line = Text(LONGEST_LINE, least=1, metadata={"description": "One sentence."})
    slug = Slug()
    number = Number(allow_none=True)
    description = Paragraphs(LONGEST_DESCRIPTION)
    kind = fields.String(validate=validate.OneOf(KINDS))
    details = fields.List(fields.Nested(DetailIn), validate=validate.Length(max=MOST_DETAILS))
    limit = Int(1, MOST_UNITS, allow_none=True, metadata={"description": "How many one person may have."})


class ProductIn(WordsIn):
    title = Text(LONGEST_TITLE, least=1, required=True)
    line = Text(LONGEST_LINE, least=1, required=True, metadata={"description": "One sentence."})
    options = fields.List(fields.Nested(OptionIn), load_default=[], validate=validate.Length(max=MOST_OPTIONS))
    price = Int(0, MOST_AMOUNT, load_default=None, allow_none=True, metadata={"description": "In minor units."})
    weight_grams = Int(0, MOST_GRAMS, load_default=0)
    customs_code = Customs(load_default=None)


class ChangesIn(WordsIn):
    """Words, or where it stands; both at once would be two steps of which one may be refused."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    publish_at = Time(metadata={"format": "date-time", "description": "With `active`: on sale from then on."})

    @validates_schema
    def be_one_step(self, data: Mapping[str, Any], **_: object) -> None:
        step = data.keys() & {"status", "publish_at"}
        if step and data.keys() - step:
            raise ValidationError({"status": ["Change its words, or where it stands: one call each."]})
        if not data:
            raise ValidationError({"_schema": ["Nothing is to be changed."]})
        if "publish_at" in data and data.get("status") != Status.ACTIVE.value:
            raise ValidationError({"publish_at": ["This goes with the status active."]})


class ValueIn(In):
    name = Text(LONGEST_OPTION, least=1, required=True)
    value = Text(LONGEST_VALUE, least=1, required=True)


class VariantIn(In):
    options = fields.List(fields.Nested(ValueIn), load_default=[], validate=validate.Length(max=MOST_OPTIONS))
    sku = Sku(load_default=None)
    price = Int(0, MOST_AMOUNT, load_default=None, allow_none=True, metadata={"description": "In minor units."})
    weight_grams = Int(0, MOST_GRAMS, load_default=None, allow_none=True)


class VariantChangesIn(In):
    sku = Sku()
    price = Int(0, MOST_AMOUNT, allow_none=True, metadata={"description": "In minor units; null takes it off sale."})
    compare_at = Int(
        0, MOST_AMOUNT, allow_none=True, metadata={"description": "What it cost before, if it was charged lately."}
    )
    weight_grams = Int(0, MOST_GRAMS)
    customs_code = Customs(allow_none=True)

    @validates_schema
    def change_something(self, data: Mapping[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError({"_schema": ["Nothing is to be changed."]})


class ImageIn(In):
    digest = fields.String(required=True, validate=DIGEST, metadata={"description": "Of a picture that was sent."})
    alt = Text(LONGEST_ALT, load_default="")
    caption = Text(LONGEST_CAPTION, load_default="")
    color = Text(LONGEST_VALUE, load_default=None, allow_none=True)


class ImagesIn(In):
    images = fields.List(fields.Nested(ImageIn), required=True, validate=validate.Length(max=MOST_PICTURES))

    @validates_schema
    def hang_each_once(self, data: Mapping[str, Any], **_: object) -> None:
        if len({one["digest"] for one in data["images"]}) < len(data["images"]):
            raise ValidationError({"images": ["Each picture once, please."]})


class PictureOut(Out):
    digest = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class DetailOut(Out):
    label = fields.String(required=True)
    text = fields.String(required=True)


class StaffVariantOut(Out):
    id = fields.Integer(required=True)
    sku = fields.String(required=True)
    title = fields.String(required=True)
    price = fields.Nested(MoneyOut, required=True, allow_none=True)
    compare_at = fields.Nested(MoneyOut, required=True, allow_none=True)
    weight_grams = fields.Integer(required=True)
    customs_code = fields.String(required=True, allow_none=True)
    stocked = fields.Boolean(required=True)


class StaffImageOut(Out):
    digest = fields.String(required=True)
    alt = fields.String(required=True)
    caption = fields.String(required=True)
    color = fields.String(required=True, allow_none=True)


class StaffProductOut(Out):
    id = fields.Integer(required=True)
    version = fields.Integer(required=True, metadata={"description": "As in its ETag."})
    slug = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    line = fields.String(required=True)
    description = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": KINDS})
    details = fields.List(fields.Nested(DetailOut), required=True)
    limit = fields.Integer(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"enum": STATUSES})
    published_at = Time(required=True, allow_none=True)
    options = fields.List(fields.Nested(OptionOut), required=True)
    variants = fields.List(fields.Nested(StaffVariantOut), required=True)
    images = fields.List(fields.Nested(StaffImageOut), required=True)
    missing = fields.List(
        fields.String(), required=True, metadata={"description": "What it lacks before it can be on sale."}
    )


class RowOut(Out):
    id = fields.Integer(required=True)
    number = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": STATUSES})
    variants = fields.Integer(required=True)
    available = fields.Integer(required=True, allow_none=True)


RowList = page_of(RowOut)


def new_product(body: Mapping[str, Any]) -> NewProduct:
    options = tuple((option["name"], tuple(option["values"])) for option in body["options"])
    return NewProduct(words(body, {}), options, body["price"], body["weight_grams"], body["customs_code"])


def variant_edit(variant: Variant, body: Mapping[str, Any], currency: str) -> VariantEdit:
    """A row of the variants' table: what was sent, beside what is known."""
    price = price_of(variant, currency)
    known = VariantEdit(
        variant.id,
        variant.sku,
        price.amount if price else None,
        price.compare_at if price else None,
        variant.weight_grams,
        variant.customs_code,
    )
    named = {"compare_at": "was"}
    return replace(known, **{named.get(name, name): value for name, value in body.items()})


def words(body: Mapping[str, Any], known: Mapping[str, Any]) -> Words:
    """What was sent, beside what is known already."""
    said = {**known, **{name: body[name] for name in WordsIn._declared_fields if name in body}}  # noqa: SLF001
    if "kind" in said:
        said["kind"] = Kind(said["kind"])
    if "details" in said:
        said["details"] = tuple((one["label"], one["text"]) for one in said["details"])
    return Words(**said)


def words_of(product: Product) -> dict[str, Any]:
    same = ("title", "line", "slug", "number", "description", "details")
    return {name: getattr(product, name) for name in same} | {
        "kind": product.kind.value,
        "limit": product.limit_per_member,
    }


def show(session: Session, product: Product, currency: str) -> dict[str, Any]:
    colors = {value.id: value.label for option in product.options for value in option.values}
    digests = digests_of(session, [one.picture_id for one in product.pictures])
    return {
        **words_of(product),
        "id": product.id,
        "version": product.version,
        "status": product.status.value,
        "published_at": product.published_at,
        "options": [
            {"name": option.name, "values": [value.label for value in option.values]} for option in product.options
        ],
        "variants": [_variant(variant, currency) for variant in product.variants],
        "images": [
            {
                "digest": digests[one.picture_id],
                "alt": one.alt,
                "caption": one.caption,
                "color": colors.get(one.value_id) if one.value_id else None,
            }
            for one in product.pictures
        ],
        "missing": missing_for_sale(product, currency),
    }


def _variant(variant: Variant, currency: str) -> dict[str, Any]:
    price = price_of(variant, currency)
    same = ("id", "sku", "weight_grams", "customs_code", "stocked")
    return {name: getattr(variant, name) for name in same} | {
        "title": variant.label,
        "price": Money(price.amount, currency) if price else None,
        "compare_at": Money(price.compare_at, currency) if price and price.compare_at is not None else None,
    }
