"""How text becomes words, and typed words become what is looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.catalog.search.asking import MOST_WORDS, Term, for_fts5, for_tsquery, mend, read
from store.catalog.search.documents import Cell, Facts, VariantFacts, colors, document, read_cells, write_cells
from store.catalog.search.synonyms import OTHERS, SAME
from store.catalog.search.words import LONGEST_WORD, fold, number_words, singular, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("CAFÉ", "cafe"),
        ("Ærøskøbing", "aeroskobing"),
        ("Straße", "strasse"),
        ("ﬁ²", "fi2"),
        ("İ", "i"),
        ("", ""),
    ],
)
def test_accents_and_capitals_do_not_count(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Night Bus, Vol. 2", ["night", "bus", "vol", "2"]),
        ('12" vinyl', ["12", "inch", "vinyl"]),
        ("12-inch 12in 12 inches 7″ 12''", ["12", "inch", "12", "inch", "12", "inch", "7", "inch", "12", "inch"]),
        ("12 in stock", ["12", "in", "stock"]),
        ("Marlow's, you'll DJ’s", ["marlow", "youll", "dj"]),
        ("NMX041 nmx-041", ["nmx", "041", "nmx", "041"]),
        ("a_b__c", ["a", "b", "c"]),
        ("x" * 99, ["x" * LONGEST_WORD]),
        ("… — ±", []),
    ],
)
def test_text_is_taken_apart_into_words(text, found):
    assert words(text) == found


def test_a_number_is_written_in_three_ways():
    assert number_words("041") == ["nmx", "041", "41"]
    assert number_words("A.7") == ["nmx", "a", "7"]
    assert number_words("000") == ["nmx", "000"]


def test_singulars_are_near_enough():
    assert [singular(word) for word in ("tees", "dress", "s", "bus")] == ["tee", "dress", "s", "bu"]


def test_what_is_typed_is_bounded():
    asked = read("word " * 10_000)
    assert (len(asked.text), len(asked.terms)) == (199, MOST_WORDS)
    assert read("x" * 50_000).plain == "x" * LONGEST_WORD
    assert (read(" \x00\u202e ").text, bool(read("?!")), read("?!").text) == ("", False, "?!")


def test_the_last_word_may_be_begun_unless_it_is_a_number_or_a_letter():
    assert [read(text).terms[-1].begins for text in ("dead air", "a", "041", "air x", "12 inch", "felt")] == [
        True, False, False, False, False, True,
    ]  # fmt: skip


def test_synonyms_stand_beside_what_was_typed():
    (term,) = read("t-shirts").terms
    assert term == Term((("t", "shirts"), ("t", "shirt"), ("tee",), ("tshirt",), ("tee", "shirt"), ("shirt",)))
    (hat,) = read("hat").terms
    assert hat.phrases == (("hat",), ("cap",), ("beanie",))
    assert read("beanie").terms[0].phrases == (("beanie",),)


def test_every_synonym_is_written_as_words_are():
    for line in SAME:
        for phrase in line:
            assert " ".join(words(phrase)) == phrase
            assert set(OTHERS[phrase]) >= set(line) - {phrase}


def test_a_word_is_never_an_operator():
    asked = read('a AND "NEAR" OR')
    assert for_fts5(asked) == '("a") AND ("and") AND ("near") AND ("or" *)'
    assert for_tsquery(asked, "A") == "(('a':A)) & (('and':A)) & (('near':A)) & ('or':*A)"
    assert for_tsquery(read("slip mat")) == "(('slip' <-> 'mat') | ('slipmat'))"


@given(st.text(max_size=400))
def test_nothing_but_words_reaches_a_database(text):
    asked = read(text)
    assert len(asked.terms) <= MOST_WORDS
    for term in asked.terms:
        assert all(word.isalnum() and word == word.casefold() for phrase in term.phrases for word in phrase)
    assert read(asked.text).text == asked.text


def test_a_mended_text_keeps_what_was_typed():
    asked = mend(read("Dead hodie"), {"hodie": "hoodie"})
    assert (asked.text, asked.plain, ("hoody",) in asked.terms[1].phrases) == ("Dead hodie", "dead hoodie", True)


def test_a_product_is_indexed_by_rank():
    black = VariantFacts(0, "NMX-041-BLCK-L", {"usd": 3400, "eur": 3100}, [("Color", "Black"), ("Size", "L")])
    bone = VariantFacts(1, "NMX-041-BONE-L", {"usd": 3000}, [("Colour", "Bone"), ("size", "L")])
    free = VariantFacts(2, "NMX-041-X", {}, [])
    facts = Facts(
        7,
        "041",
        "Pitch Tee",
        "A thing.",
        "Heavy.",
        [{"label": "Cloth", "text": "Cotton"}],
        ["Wear"],
        {0: black, 1: bone, 2: free},
    )
    made = document(facts)
    assert (made.title, made.line, made.shelf) == ("pitch tee nmx 041 41", "a thing black l bone", "wear")
    assert made.body == "heavy cloth cotton nmx 041 blck l bone x"
    assert made.vocabulary == "black bone cloth cotton heavy pitch tee thing wear"
    assert made.prices == {
        "usd": (3000, '[[0,3400,"Black","L"],[1,3000,"Bone","L"]]'),
        "eur": (3100, '[[0,3100,"Black","L"]]'),
    }
    assert colors(made.prices["usd"][1]) == ["Black", "Bone"]
    assert read_cells(write_cells([Cell(3, 100)])) == (Cell(3, 100, None, None),)
