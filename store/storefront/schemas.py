"""A product as programs read it, and how they ask for lists of them."""

from __future__ import annotations

from marshmallow import fields, validate

from store.catalog.models import Kind
from store.storefront.paging import CHEAPEST, DEAREST, MATCH, NEWEST
from store.web.api.fields import MoneyOut, Out, PageIn, Text, page_of

LONGEST_WORDS = 200


class OptionOut(Out):
    name = fields.String(required=True)
    values = fields.List(fields.String(), required=True)


class ChosenOut(Out):
    name = fields.String(required=True)
    value = fields.String(required=True)


class VariantOut(Out):
    id = fields.Integer(required=True)
    sku = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "Its values of the options, as `Black, L`."})
    price = fields.Nested(MoneyOut, required=True)
    available = fields.Boolean(required=True, metadata={"description": "Whether one can be had now."})
    options = fields.List(fields.Nested(ChosenOut), required=True)


class ImageOut(Out):
    url = fields.String(required=True)
    alt = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class ProductOut(Out):
    id = fields.Integer(required=True)
    slug = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    line = fields.String(required=True, metadata={"description": "One sentence."})
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in Kind]))
    description = fields.String(required=True)
    price = fields.Nested(MoneyOut, required=True, metadata={"description": "Of the cheapest variant."})
    options = fields.List(fields.Nested(OptionOut), required=True)
    variants = fields.List(fields.Nested(VariantOut), required=True)
    images = fields.List(fields.Nested(ImageOut), required=True)
    url = fields.String(required=True)


class ProductsIn(PageIn):
    q = Text(LONGEST_WORDS, load_default="", metadata={"description": "Words to look for."})
    collection = Text(120, load_default=None, metadata={"description": "The slug of a collection."})
    sort = fields.String(
        load_default=None,
        validate=validate.OneOf([NEWEST, CHEAPEST, DEAREST, MATCH]),
        metadata={"description": "Where words are looked for, the best match first; else the newest."},
    )


ProductList = page_of(ProductOut)
