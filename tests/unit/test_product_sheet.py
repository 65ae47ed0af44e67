"""Rows of a product CSV as drafts of products, and back; and what of them is refused, in which words."""

import csv
import io
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.ops.products.columns import HEADINGS, NAMES, read_header
from store.ops.products.drafts import Faults, PictureDraft, ProductDraft, VariantDraft
from store.ops.products.reading import Reading
from store.ops.products.rows import rows_of
from store.ops.products.source import MOST_BYTES, MOST_ROWS, Unreadable, read_rows
from store.web.spreadsheet import as_csv

AT = datetime(2026, 12, 4, 20, tzinfo=UTC)
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
    return lines.getvalue().encode()


def read(content, currency="usd"):
    rows = read_rows(io.BytesIO(content))
    faults = Faults()
    header = read_header(next(rows)[1])
    return list(Reading(header, currency, faults).products(rows)), faults.lines


def faults(*rows, header=OLD, currency="usd"):
    return read(sheet(*rows, header=header), currency)[1]


def refused(content):
    with pytest.raises((Unreadable, ValueError)) as refusal:
        read(content)
    return str(refusal.value)


# -- what is read --------------------------------------------------------------------------------------------------
def test_shopifys_headings_of_today_and_of_before_say_the_same():
    shared = {"Title": "Tee", "Vendor": "Nasty", "Tags": "a, b", "Status": "Active"}
    old = sheet(
        shared | {
            "Handle": "Tee", "Body (HTML)": "<p>Hi</p>", "Published": "true", "Option1 Name": "Size",
            "Option1 Value": "S", "Variant SKU": "a-1", "Variant Grams": "210", "Variant Inventory Qty": "4",
            "Variant Price": "34", "Variant Compare At Price": "40.00", "Image Src": "https://x.example/1.jpg",
            "Image Alt Text": "A tee",
        }
    )  # fmt: skip
    new = sheet(
        shared | {
            "URL handle": "Tee", "Description": "<p>Hi</p>", "Published on online store": "true",
            "Option1 name": "Size", "Option1 value": "S", "SKU": "a-1", "Weight value (grams)": "210",
            "Inventory quantity": "4", "Price": "34", "Compare-at price": "40.00",
            "Product image URL": "https://x.example/1.jpg", "Image alt text": "A tee",
        },
        header=NEW,
    )  # fmt: skip
    assert read(old) == read(new) == (
        [
            ProductDraft(
                "tee", "Tee", "Hi", "active", published=True, options=(("Size", ("S",)),),
                variants=(VariantDraft(("S",), "A-1", 3400, 4000, 210, 4),),
                pictures=(PictureDraft("https://x.example/1.jpg", "A tee"),),
            )
        ],
        [],
    )  # fmt: skip


def test_a_byte_order_mark_and_empty_rows_are_passed_over_and_rows_are_counted_as_a_spreadsheet_does():
    content = b"\xef\xbb\xbf" + sheet(USUAL) + b"\r\n,,,\r\n" + sheet(USUAL | {"Variant Price": "x"}).split(b"\r\n")[1]
    assert read(content)[1][0].startswith("row 5, ")


def test_default_title_is_shopifys_word_for_nothing_to_choose():
    (draft,), _ = read(sheet(USUAL | {"Option1 Name": "Title", "Option1 Value": "Default Title"}))
    assert (draft.options, draft.variants[0].values) == ((), ())


def test_rows_with_a_picture_alone_are_no_variants_and_pictures_stand_by_their_positions():
    (draft,), _ = read(
        sheet(
            USUAL | {"Image Src": "b.jpg", "Image Position": "2"},
            {"Handle": "tee", "Image Src": "a.jpg", "Image Position": "1"},
            {"Handle": "tee", "Image Src": "c.jpg"},
        )
    )
    assert len(draft.variants) == 1
    assert [picture.source for picture in draft.pictures] == ["a.jpg", "b.jpg", "c.jpg"]


def test_what_never_is_shipped_is_a_download():
    assert [
        read(sheet(USUAL | {"Variant Requires Shipping": told}))[0][0].shipped for told in ("FALSE", "TRUE", "")
    ] == [False, True, True]


def test_a_formula_is_plain_text():
    (draft,), _ = read(sheet(USUAL | {"Title": "=cmd|' /C calc'!A0", "Body (HTML)": "'+1"}))
    assert (draft.title, draft.description) == ("=cmd|' /C calc'!A0", "+1")


def test_prices_are_of_the_shops_currency():
    assert read(sheet(USUAL | {"Variant Price": "3400"}), "jpy")[0][0].variants[0].price == 3400
    assert read(sheet(USUAL | {"Variant Price": "3.4"}), "kwd")[0][0].variants[0].price == 3400
    assert faults(USUAL | {"Variant Price": "3400.5"}, currency="jpy") == ["row 2, Variant Price: JPY has no decimals."]


# -- what is refused -----------------------------------------------------------------------------------------------
PLAIN = "Write the price in plain digits, like 34.00."
WHOLE = "A whole number from 0 to 1000000, please."
HIGHER = "It must be higher than the price now, or empty."
SLUGS = "Small letters, digits and single hyphens, like fader-tee. At most 80 characters."
SKUS = "Letters, digits, hyphens, like NMX-041-BLCK-L. At most 48 characters."


@pytest.mark.parametrize(
    ("column", "cell", "line"),
    [
        ("Variant Price", "12.345", "row 2, Variant Price: USD has 2 decimals at most."),
        ("Variant Price", "abc", f"row 2, Variant Price: {PLAIN}"),
        ("Variant Price", "-1", f"row 2, Variant Price: {PLAIN}"),
        ("Variant Price", "1e9", f"row 2, Variant Price: {PLAIN}"),
        ("Variant Price", "1" + "0" * 30, f"row 2, Variant Price: {PLAIN}"),
        ("Variant Price", "٣٤", f"row 2, Variant Price: {PLAIN}"),
        ("Variant Price", "1,200.00", "row 2, Variant Price: Write the price without commas, like 34.00."),
        ("Variant Price", "99999999", "row 2, Variant Price: The highest price is 999999.99."),
        ("Variant Compare At Price", "34", f"row 2, Variant Compare At Price: {HIGHER}"),
        ("Variant Inventory Qty", "1.5", f"row 2, Variant Inventory Qty: {WHOLE}"),
        ("Variant Inventory Qty", "-3", f"row 2, Variant Inventory Qty: {WHOLE}"),
        ("Variant Inventory Qty", "9" * 5000, f"row 2, Variant Inventory Qty: {WHOLE}"),
        ("Variant Grams", "heavy", "row 2, Variant Grams: A whole number from 0 to 100000, please."),
        ("Status", "unlisted", "row 2, Status: “unlisted” is none of active, draft, archived."),
        ("Published", "yes", "row 2, Published: “yes” is neither TRUE nor FALSE."),
        ("Title", " ", "row 2, Title: It is missing. Every item has a name."),
        ("Title", "x" * 121, "row 2, Title: At most 120 characters, please. It has 121."),
        ("Title", "a\nb", "row 2, Title: One line of plain text, please."),
        ("Handle", "", "row 2, Handle: It is missing. Each row names the product it belongs to."),
        ("Handle", "tee_1", f"row 2, Handle: {SLUGS}"),
        ("Variant SKU", "a b", f"row 2, Variant SKU: {SKUS}"),
        ("Body (HTML)", "x" * 10_001, "row 2, Body (HTML): At most 10000 characters, please. It has 10001."),
        ("Body (HTML)", "\x07", "row 2, Body (HTML): Plain text, please."),
        ("Option2 Name", "Size", "row 2, Option2 Name: There is an option before it without a name."),
        ("Option1 Value", "S", "row 2, Option1 Value: It has a value, and the option has no name."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_taken_is_named_with_its_row_and_column(column, cell, line):
    assert line in faults(USUAL | {column: cell})


OWN = {"URL handle": "tee", "Title": "Tee"}


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("number", "a/b", "Letters and digits, like 041 or LP-7."),
        ("kind", "service", "“service” is none of physical, digital, ticket."),
        ("details", "Cotton", "Write details like"),
        ("details", '[{"label": "Cloth"}]', "Write details like"),
        ("details", "[" * 5000, "Write details like"),
        ("size_chart", '{"columns": ["S"], "rows": [["S", "19 in"]]}', "Write a chart like"),
        ("limit", "0", "A whole number from 1 to 99, please."),
        ("published_at", "tomorrow", "Write a time with its zone"),
        ("published_at", "2026-12-04T20:00", "Write a time with its zone"),
        ("customs", "x", "Digits and points, like 6109.10."),
        ("image_value", "Color: Red", "That is no value of this product."),
    ],
)
def test_so_is_one_of_the_shops_own_columns(column, cell, said):
    row = OWN | {"Product image URL": "a.jpg", NAMES[column][0]: cell}
    (line,) = faults(row, header=",".join(HEADINGS))
    assert line.startswith(f"row 2, {NAMES[column][0]}: {said}")


def test_the_rows_of_one_product_are_checked_against_each_other():
    second = {"Handle": "tee", "Option1 Value": "M", "Variant SKU": "A-2"}
    assert faults(SIZED, second | {"Option1 Value": "s"}) == ["row 3, Option1 Value: S is in row 2 already."]
    assert faults(SIZED, second | {"Variant SKU": "A-1"}) == ["row 3, Variant SKU: A-1 stands in row 2 already."]
    assert faults(SIZED, second | {"Option1 Value": ""}) == [
        "row 3, Option1 Value: It is missing. Each variant has a value of Size."
    ]
    assert faults(SIZED, second | {"Option1 Name": "Color"}) == [
        "row 3, Option1 Name: It is Size in this product's first row."
    ]
    assert faults(SIZED, second | {"Option1 Value": "S, M"}) == ["row 3, Option1 Value: A value may have no comma."]


def test_a_handle_begins_once_and_so_does_a_sku_in_the_whole_file():
    other = {"Handle": "cap", "Title": "Cap", "Variant SKU": "A-1"}
    assert faults(USUAL, other, USUAL | {"Variant SKU": "A-3"}) == [
        "row 3, Variant SKU: A-1 stands in row 2 already.",
        "row 4, Handle: tee begins in row 2 already. All rows of a product stand together.",
    ]


def test_too_many_variants_and_more_than_three_options_are_refused():
    axes = [[f"{letter}{n}" for n in range(11)] for letter in "AB"]
    rows = [
        {
            "Handle": "tee", "Title": "Tee", "Option1 Name": "A", "Option1 Value": a, "Option2 Name": "B",
            "Option2 Value": b,
        }
        for a in axes[0] for b in axes[1]
    ]  # fmt: skip
    assert faults(*rows) == ["row 2: Its options make 121 variants; a product may have 120."]
    assert refused(b"Handle,Title,Option4 Name\r\n") == "“Option4 Name”: a product has three options at most."
    many = [{"Handle": "tee", "Image Src": "a.jpg"}] * 600
    assert faults(USUAL, *many) == ["row 2: This product has more than 500 rows."]


def test_a_row_that_is_longer_or_shorter_than_the_first_is_refused():
    content = b"Handle,Title\r\ntee,Tee,x\r\ncap\r\nmug,Mug\r\n"
    drafts, lines = read(content)
    assert lines == [
        "row 2: It has 3 cells, and the first row has 2.",
        "row 3: It has 1 cells, and the first row has 2.",
    ]
    assert [draft.handle for draft in drafts] == ["mug"]


def test_every_faulty_row_is_found_and_the_first_are_listed():
    rows = [USUAL | {"Handle": f"tee-{n}", "Variant SKU": f"A-{n}", "Variant Price": "x"} for n in range(23)]
    lines = faults(*rows)
    assert (len(lines), lines[0], lines[-1]) == (21, f"row 2, Variant Price: {PLAIN}", "and 3 more")


# -- files that are none -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        ("Handle,Title\r\ntee,Tee\r\n".encode("utf-16"), "The file is in UTF-16, and must be in UTF-8."),
        ("Handle,Title\r\n".encode("utf-16-le"), "Line 1 has a NUL byte: this is no text, or it is in UTF-16."),
        (b"Handle,Title\r\ntee,T\0e\r\n", "Line 2 has a NUL byte"),
        ("Handle,Title\r\ntee,Tée\r\n".encode("latin-1"), "Line 2 is not in UTF-8."),
        (b"SKU,Price\r\n", "The first row names no column “URL handle” or “Handle”, and none “Title”."),
        (b"Handle;Title\r\n", "The first row names no column"),
        (b"Handle,URL handle,Title\r\n", "The columns “Handle” and “URL handle” are the same."),
        (b'Handle,Title\r\ntee,"Tee\r\n', "Row 2 is no CSV"),
        (b'Handle,Title\r\ntee,"T"ee\r\n', "Row 2 is no CSV"),
        (b"Handle,Title\rtee,Tee\r", "Row 1 is no CSV"),
        (b"Handle,Title\r\ntee," + b"x" * 140_000, "Row 2 is no CSV"),
    ],
)
def test_what_is_no_csv_in_utf_8_is_refused_in_one_sentence(content, said):
    assert refused(content).startswith(said)


def test_a_file_is_read_up_to_its_limits_and_no_further():
    assert refused(b"Handle,Title\r\n" + b"tee,Tee\r\n" * (MOST_ROWS + 1)).startswith("A file may have 100000 rows.")
    long = b"Handle,Title\r\n" + (b"x" * 65_000 + b",\r\n") * (MOST_BYTES // 65_000 + 1)
    with pytest.raises(Unreadable, match="A file may have 64 MiB"):
        list(read_rows(io.BytesIO(long)))


# -- and back ------------------------------------------------------------------------------------------------------
STATUS, KIND = st.sampled_from(["active", "draft", "archived"]), st.sampled_from(["physical", "digital", "ticket"])
PARAGRAPHS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"))
LINES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
LABELS = LINES.filter(lambda text: "," not in text and len(text.casefold()) == len(text))
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
AMOUNTS = st.none() | st.integers(0, 9_000_000)


@st.composite
def variants(draw, options, handle):
    grid = list(itertools.product(*(values for _, values in options)))
    made = []
    for number, place in enumerate(grid):
        price = draw(AMOUNTS)
        was = None if price is None else draw(st.none() | st.integers(price + 1, 9_500_000))
        made.append(
            VariantDraft(
                place, f"{handle.upper()}-{number}", price, was, draw(st.integers(0, 9)),
                draw(st.none() | st.integers(0, 9)), draw(st.sampled_from([None, "6109.10"])),
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def products(draw, handle="tee"):
    names = draw(st.lists(LABELS, max_size=3, unique_by=str.casefold))
    options = tuple(
        (name, tuple(draw(st.lists(LABELS, min_size=1, max_size=3, unique_by=str.casefold)))) for name in names
    )
    shown = [None, *((name, value) for name, values in options for value in values)]
    shown = [
        one for one in shown if one is None or [f"{n}: {v}" for n, v in shown[1:]].count(f"{one[0]}: {one[1]}") == 1
    ]
    pictures = st.builds(PictureDraft, LINES, st.just("") | LINES, st.just("") | LINES, st.sampled_from(shown))
    details = st.lists(st.fixed_dictionaries({"label": LINES, "text": LINES}), max_size=3)
    chart = st.none() | st.builds(lambda a, b: {"columns": [a, b], "rows": [[b, a]]}, LINES, LINES)
    return ProductDraft(
        handle, draw(LINES), draw(PARAGRAPHS), draw(STATUS), draw(st.booleans()), draw(st.sampled_from([None, "041"])),
        draw(st.just("") | LINES), draw(KIND), draw(details), draw(chart),
        draw(st.none() | st.integers(1, 99)), draw(MOMENTS), draw(MOMENTS), options, draw(variants(options, handle)),
        tuple(draw(st.lists(pictures, max_size=4))),
    )  # fmt: skip


@given(products())
def test_every_product_comes_back_from_its_rows_as_it_was(product):
    content = as_csv(HEADINGS, rows_of(product, "usd"))
    assert read(content.encode()) == ([product], [])
