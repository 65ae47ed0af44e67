"""Which word was meant: what differs by a letter or two, two letters in each other's place included. Pure."""

from __future__ import annotations

from collections.abc import Mapping

SHORTEST, LONG = 4, 8
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MOST_CHOICES = 3


def reach(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one, two of a long one."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


def one_off(word: str) -> set[str]:
    """Every word that one slip away is: a letter too few, too many, another, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    without = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    other = {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    more = {left + letter + right for left, right in cuts for letter in LETTERS}
    return (without | swapped | other | more) - {word}


def distance(one: str, other: str, most: int) -> int:
    """Slips between two words; `most + 1` as soon as there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def choices(word: str, known: Mapping[str, int]) -> list[str]:
    """The known words that may have been meant, likeliest first; `known` says in how many products each stands."""
    most = reach(word)
    near = [(distance(word, other, most), -count, other) for other, count in known.items() if other != word]
    return [other for far, _, other in sorted(near) if far <= most][:MOST_CHOICES]
