"""Which faults are put into a module, and that one of them really is what is run."""

import ast

import pytest

from tests.mutation.mutants import find_mutants


def faults(source):
    return [mutant.name for mutant in find_mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b → a <= b", "a < b → a >= b"]),
        ("0 <= a <= b", [
            "0 <= a <= b → 0 < a <= b", "0 <= a <= b → 0 > a <= b", "0 <= a <= b → 0 <= a < b",
            "0 <= a <= b → 0 <= a > b", "0 <= a <= b → 1 <= a <= b", "0 <= a <= b → -1 <= a <= b",
        ]),
        ("a is None", ["a is None → a is not None"]),
        ("a + b", ["a + b → a - b"]),
        ("a // b", ["a // b → a * b"]),
        ("not a", ["not a → a"]),
        ("a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
        ("x = 7", ["7 → 8", "7 → 6"]),
        ("x = True", ["True → False"]),
        ("x = 'paid'", ["'paid' → 'not_paid'"]),
        ("max(a, b)", ["max(a, b) → pass", "max(a, b) → min(a, b)"]),
        ("query.where(a, b)", [
            "query.where(a, b) → pass", "query.where(a, b) → query.where(b)", "query.where(a, b) → query.where(a)",
        ]),
        ("x += y", ["x += y → pass", "x -= y"]),
        ("raise Conflict(why)", ["raise Conflict(why) → pass"]),
        ("if a:\n    b", ["a → True", "a → False"]),
    ],
)  # fmt: skip
def test_a_fault_is_small_and_has_a_name(source, expected):
    found = [name.partition(": ")[2] for name in faults(source)]
    assert [name.replace("x += y → x -= y", "x -= y") for name in found] == expected


def test_a_fault_is_named_for_its_function_and_a_second_of_that_name_is_numbered():
    source = "class Level:\n    def taken(self):\n        return self.a - 1 - 1\n"
    assert faults(source)[0] == "Level.taken: return self.a - 1 - 1 → return None"
    numbered = faults("def worth():\n    f('a')\n    f('a')\n")
    assert [name for name in numbered if name.endswith("(2)")] == [
        "worth: f('a') → pass (2)",
        "worth: f('a') → f('not_a') (2)",
    ]


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module is for."""',
        "x: int",
        "from a import b",
        "x = 'A sentence for people.'",
        "x = f'{a} are left'",
        "@dataclass(frozen=True)\nclass Level:\n    on_hand: int",
        "def nothing():\n    return None",
    ],
)
def test_what_people_read_and_what_only_describes_is_left_alone(source):
    assert faults(source) == []


def test_a_fault_that_is_applied_is_in_the_tree():
    tree = ast.parse("def left(a, b):\n    return a - b\n")
    (fault,) = [mutant for mutant in find_mutants(tree) if mutant.name == "left: a - b → a + b"]
    assert ast.unparse(tree) == "def left(a, b):\n    return a - b"
    fault.apply()
    assert ast.unparse(tree) == "def left(a, b):\n    return a + b"
