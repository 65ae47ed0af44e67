import pytest
from marshmallow import ValidationError

from store.web.forms import Form, Line, Whole


class Sample(Form):
    text = Line(5, missing="Say something.")
    must = Line(5, missing="Say something.", required=True)
    count = Whole(1, 99)


def load(**data):
    return Sample().load({"must": "x"} | data)


def faults(**data):
    with pytest.raises(ValidationError) as refusal:
        load(**data)
    return refusal.value.messages_dict


def test_text_is_stripped_and_the_rest_is_left_alone():
    assert load(text="  a b  ", stranger="1") == {"must": "x", "text": "a b"}


@pytest.mark.parametrize("nothing", ["", "   ", "\t\n", "\u00a0", "\u3000"])
def test_an_empty_field_is_a_missing_one(nothing):
    assert load(text=nothing) == {"must": "x"}
    assert faults(must=nothing) == {"must": ["Say something."]}


def test_a_line_has_its_length_in_characters():
    assert load(text="é" * 5)["text"] == "é" * 5
    assert faults(text="é" * 6) == {"text": ["At most 5 characters, please."]}


@pytest.mark.parametrize("char", ["\x00", "\x07", "\r", "\n", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
def test_control_characters_are_never_let_in(char):
    assert faults(text=f"a{char}b") == {"text": ["One line of plain text, please."]}


@pytest.mark.parametrize("thing", [1, True, [1], {"a": 1}, None])
def test_what_is_no_text_is_not_taken_for_it(thing):
    assert set(faults(text=thing)) == {"text"}


@pytest.mark.parametrize(("value", "number"), [("1", 1), ("99", 99), (" 7 ", 7), ("007", 7), (5, 5)])
def test_a_whole_number_is_plain_digits(value, number):
    assert load(count=value)["count"] == number


NONSENSE = [
    "0", "-1", "+1", "1.5", "1.0", "1e3", "１", "٣", "²", "1_0", "0x1", "one", "1 2", "100", "9" * 19, "9" * 5000,
    str(2**31), str(2**63), True, False, None, [1], {"a": 1}, 0, 100, 1.0, -1, 10**30, float("nan"),
]  # fmt: skip


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:20])
def test_anything_else_is_refused_with_one_sentence(value):
    assert faults(count=value) == {"count": ["A whole number from 1 to 99, please."]}
