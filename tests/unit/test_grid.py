"""What becomes of variants when the options change."""

from store.catalog.grid import Axis, Cell, plan_grid

COLOR, SIZE = 1, 2
TEE = [
    Cell(10, {COLOR: "Black", SIZE: "S"}),
    Cell(11, {COLOR: "Black", SIZE: "M"}),
    Cell(12, {COLOR: "Bone", SIZE: "S"}),
    Cell(13, {COLOR: "Bone", SIZE: "M"}),
]
FIRSTS = {COLOR: "Black", SIZE: "S"}


def test_the_same_options_change_nothing():
    plan = plan_grid([Axis(COLOR, "Color", ("Black", "Bone")), Axis(SIZE, "Size", ("S", "M"))], TEE, FIRSTS)
    assert (plan.gone, plan.new, plan.merged) == ([], [], [])
    assert plan.kept == {10: ("Black", "S"), 11: ("Black", "M"), 12: ("Bone", "S"), 13: ("Bone", "M")}


def test_a_value_more_makes_what_is_missing():
    plan = plan_grid([Axis(COLOR, "Color", ("Black", "Bone")), Axis(SIZE, "Size", ("S", "M", "L"))], TEE, FIRSTS)
    assert (plan.gone, plan.new) == ([], [("Black", "L"), ("Bone", "L")])
    assert plan.order.index(("Bone", "S")) == 3


def test_a_value_less_lets_its_variants_go():
    plan = plan_grid([Axis(COLOR, "Color", ("Bone",)), Axis(SIZE, "Size", ("S", "M"))], TEE, FIRSTS)
    assert (plan.gone, plan.new, plan.kept) == ([10, 11], [], {12: ("Bone", "S"), 13: ("Bone", "M")})


def test_other_capitals_are_the_same_value():
    plan = plan_grid([Axis(COLOR, "Colour", ("BLACK", "Bone")), Axis(SIZE, "Size", ("M", "S"))], TEE, FIRSTS)
    assert (plan.gone, plan.new) == ([], [])
    assert plan.kept[11] == ("BLACK", "M")


def test_what_there_is_becomes_the_first_value_of_a_new_option():
    plan = plan_grid([Axis(None, "Size", ("S", "M"))], [Cell(10, {})], {})
    assert (plan.kept, plan.new, plan.gone) == ({10: ("S",)}, [("M",)], [])


def test_without_an_option_its_first_value_stays_and_counts_as_touched():
    plan = plan_grid([Axis(COLOR, "Color", ("Black", "Bone"))], TEE, FIRSTS)
    assert (plan.kept, plan.gone, plan.merged) == ({10: ("Black",), 12: ("Bone",)}, [11, 13], [10, 12])


def test_without_any_option_one_variant_stays():
    plan = plan_grid([], TEE, FIRSTS)
    assert (plan.kept, plan.gone, plan.new, plan.order) == ({10: ()}, [11, 12, 13], [], [()])
