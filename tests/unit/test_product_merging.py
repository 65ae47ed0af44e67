"""What becomes of a product when a file tells of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft
from store.ops.products.merging import Misfit, digest_of, merge

NOW = datetime(2026, 12, 4, 20, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=9), NOW + timedelta(days=9)
DIGEST = "a" * 64
SHOWN = PictureDraft(DIGEST, "A tee.")
NEW = ProductDraft(
    "tee", "Tee", "It is heavy. It lasts.", variants=(VariantDraft(price=3400),), given=frozenset({"description"})
)
THERE = ProductDraft(
    "tee", "Tee", "Old.", "active", number="041", line="A tee.", kind="physical", published_at=BEFORE,
    options=(("Size", ("S", "M")),), pictures=(SHOWN,),
    variants=(VariantDraft(("S",), "A-S", 3400, 4000, 210, 3), VariantDraft(("M",), "A-M", 3400, None, 210, 4)),
)  # fmt: skip
TOLD = ProductDraft(
    "tee", "Tee", options=(("Size", ("s",)),), variants=(VariantDraft(("s",), row=2),),
    given=frozenset({"option1_name", "option1_value"}), row=2,
)  # fmt: skip


def standing(draft, current=None, known=(SHOWN,)):
    merged = merge(replace(draft, given=draft.given | {"image"}), current, known, NOW)
    return merged.product.status, merged.product.published_at, merged.is_held_back


def test_a_new_product_takes_its_line_from_its_description_and_is_a_draft():
    product = merge(NEW, None, (), NOW).product
    assert (product.line, product.kind, product.status, product.published_at) == (
        "It is heavy.",
        "physical",
        "draft",
        None,
    )
    assert merge(replace(NEW, given=NEW.given | {"line"}), None, (), NOW).product.line == ""
    assert merge(replace(NEW, shipped=False), None, (), NOW).product.kind == "digital"


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        ({"status": "active"}, ("active", NOW, False)),
        ({"published": True}, ("active", NOW, False)),
        ({"published": False}, ("draft", None, False)),
        ({"status": "active", "published": False}, ("draft", None, False)),
        ({"status": "active", "published": False, "published_at": AFTER}, ("active", AFTER, False)),
        ({"status": "active", "published_at": BEFORE}, ("active", BEFORE, False)),
        ({"status": "draft", "published_at": BEFORE}, ("draft", BEFORE, False)),
        ({"status": "draft", "published_at": AFTER}, ("draft", None, False)),
        ({"status": "archived", "published": True}, ("archived", None, False)),
    ],
)
def test_what_the_file_says_of_being_on_sale(told, becomes):
    assert standing(replace(NEW, **told)) == becomes


def test_without_a_picture_or_its_words_or_a_price_it_is_held_back():
    active = replace(NEW, status="active")
    assert standing(active, known=()) == ("draft", None, True)
    assert standing(active, known=(PictureDraft(DIGEST),)) == ("draft", None, True)
    assert standing(replace(active, variants=(VariantDraft(),))) == ("draft", None, True)


def test_of_what_the_file_does_not_tell_everything_stays():
    assert merge(TOLD, THERE, (), NOW).product == THERE


def test_what_was_over_is_on_sale_again_without_its_end():
    over = replace(THERE, status="archived", withdrawn_at=BEFORE)
    again = replace(TOLD, status="active")
    assert merge(again, over, (), NOW).product == replace(THERE, withdrawn_at=None)
    told = replace(again, withdrawn_at=BEFORE, given=again.given | {"withdrawn_at"})
    assert merge(told, over, (), NOW).product.withdrawn_at == BEFORE


def test_a_price_that_reaches_what_it_was_takes_that_away():
    told = replace(TOLD, variants=(VariantDraft(("S",), price=4000),), given=TOLD.given | {"price"})
    first, second = merge(told, THERE, (), NOW).product.variants
    assert (first.price, first.was, second) == (4000, None, THERE.variants[1])


def test_new_values_stand_behind_those_there_are_as_they_are_spelled_there():
    told = replace(
        TOLD, options=(("size", ("L", "m")),), variants=(VariantDraft(("L",), "A-L"), VariantDraft(("m",), quantity=9))
    )
    product = merge(told, THERE, (), NOW).product
    assert product.options == (("Size", ("S", "M", "L")),)
    assert [(one.values, one.sku, one.quantity) for one in product.variants] == [
        (("S",), "A-S", 3),
        (("M",), "A-M", 9),
        (("L",), "A-L", None),
    ]


@pytest.mark.parametrize(
    ("told", "column"),
    [
        ({"options": (("Color", ("s",)),)}, "option1_name"),
        ({"options": ()}, "option1_name"),
        ({"kind": "digital"}, "kind"),
        ({"given": frozenset(), "variants": (VariantDraft(sku="B", row=2),)}, "sku"),
    ],
)
def test_what_cannot_become_so_is_refused_with_its_place(told, column):
    with pytest.raises(Misfit) as misfit:
        merge(replace(TOLD, **told), THERE, (), NOW)
    assert (misfit.value.row, misfit.value.column) == (2, column)


@pytest.mark.parametrize(
    ("source", "digest"),
    [
        (DIGEST, DIGEST),
        (f"{DIGEST}/480.jpeg", DIGEST),
        (f"https://shop.example/media/{DIGEST}/480.jpeg?v=1", DIGEST),
        (f"https://shop.example/x?{DIGEST}", None),
        (f"https://shop.example/{DIGEST}0/480.jpeg", None),
        ("https://cdn.example/a.jpg", None),
        ("", None),
    ],
)
def test_a_picture_of_ours_is_known_by_its_digest(source, digest):
    assert digest_of(source) == digest
