"""From the options somebody wants to what becomes of the variants there are. Pure.

A variant that fits into the new grid stays itself, with its sku, prices and stock. One whose value is no longer
wanted goes; where a combination is missing, one is new.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_VARIANTS = 120


@dataclass(frozen=True, slots=True)
class Axis:
    """An option as it is wanted; `id` is the one it already is, None makes another."""

    id: int | None
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A variant as it is: its value of each option, by the option's id."""

    variant_id: int
    values: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class GridPlan:
    """What is to become of each variant. Labels stand in the order of the options."""

    kept: dict[int, tuple[str, ...]]
    gone: list[int]
    new: list[tuple[str, ...]]
    order: list[tuple[str, ...]]
    merged: list[int]
    """Variants that lose an option they were sold by, and stay."""


def plan_grid(axes: Sequence[Axis], cells: Sequence[Cell], firsts: Mapping[int, str]) -> GridPlan:
    """`firsts` names the first value of each option there is.

    A new option's first value is what the variants there are become. When an option goes, those with its first value
    stay.
    """
    dropped = set(firsts) - {axis.id for axis in axes}
    places = {cell.variant_id: _place(cell, axes, dropped, firsts) for cell in cells}
    kept = {variant_id: place for variant_id, place in places.items() if place is not None}
    order = list(itertools.product(*(axis.values for axis in axes)))
    taken = set(kept.values())
    return GridPlan(
        kept=kept,
        gone=[variant_id for variant_id, place in places.items() if place is None],
        new=[place for place in order if place not in taken],
        order=order,
        merged=list(kept) if dropped else [],
    )


def _place(cell: Cell, axes: Sequence[Axis], dropped: set[int], firsts: Mapping[int, str]) -> tuple[str, ...] | None:
    """Where a variant stands in the new grid; None when there is no place for it."""
    if any(cell.values[option_id] != firsts[option_id] for option_id in dropped):
        return None
    labels = []
    for axis in axes:
        label = axis.values[0] if axis.id is None else _same(cell.values[axis.id], axis.values)
        if label is None:
            return None
        labels.append(label)
    return tuple(labels)


def _same(label: str, values: Sequence[str]) -> str | None:
    """The value this label is, however its capitals are written now."""
    return next((value for value in values if value.casefold() == label.casefold()), None)
