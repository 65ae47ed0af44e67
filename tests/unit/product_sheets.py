"""Product files as Shopify writes them, and how they are read."""

import csv
import io

import pytest

from store.ops.products.columns import read_header
from store.ops.products.drafts import Faults
from store.ops.products.reading import Reading
from store.ops.products.source import Unreadable, read_rows

OLD = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,"
    "Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,"
    "Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Cost per item,Status"
)
NEW = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Option2 name,Option2 value,Option3 name,Option3 value,Price,Compare-at price,"
    "Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,Continue selling when out of stock,"
    "Weight value (grams),Weight unit for display,Requires shipping,Fulfillment service,Product image URL,"
    "Image position,Image alt text,Variant image URL,Gift card,SEO title,SEO description"
)
USUAL = {"Handle": "tee", "Title": "Tee", "Variant SKU": "A-1", "Variant Price": "34.00"}
SIZED = USUAL | {"Option1 Name": "Size", "Option1 Value": "S"}


def sheet(*rows, header=OLD):
    lines = io.StringIO()
    writer = csv.DictWriter(lines, header.split(","))
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode(errors="replace")


def read(content, currency="usd"):
    rows = read_rows(io.BytesIO(content))
    faults = Faults()
    try:
        header = read_header(next(rows)[1])
    except ValueError as fault:
        raise Unreadable(str(fault)) from None
    return list(Reading(header, currency, faults).products(rows)), faults.lines


def faults(*rows, header=OLD, currency="usd"):
    return read(sheet(*rows, header=header), currency)[1]


def refused(content):
    with pytest.raises(Unreadable) as refusal:
        read(content)
    return str(refusal.value)
