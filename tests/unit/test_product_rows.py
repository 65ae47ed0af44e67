"""Every product comes back from the rows that tell of it."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from store.ops.products.columns import HEADINGS
from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft
from store.ops.products.rows import rows_of
from store.web.spreadsheet import as_csv
from tests.unit.product_sheets import read

STATUS, KIND = st.sampled_from(["active", "draft", "archived"]), st.sampled_from(["physical", "digital", "ticket"])
PARAGRAPHS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"))
LINES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
LABELS = LINES.filter(lambda text: "," not in text and len(text.casefold()) == len(text))
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
MOMENTS = st.none() | st.timedeltas(timedelta(0), timedelta(days=36_000)).map(lambda since: BEGIN + since)
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
