"""Rows of a product CSV as drafts of products; and what of them is refused, in which words."""

import pytest

from store.ops.products.columns import HEADINGS, NAMES
from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft
from tests.unit.product_sheets import NEW, SIZED, USUAL, faults, read, refused, sheet


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
        ("withdrawn_at", "0001-01-01T00:00:00+14:00", "Write a time with its zone"),
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
