"""Metadata: at most 50 keys of 40 characters with values of 500. Source: Stripe's API reference, "Metadata"."""

from __future__ import annotations

from store.sandbox.errors import ApiError

MOST_KEYS, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500


def merge(old: dict[str, str] | None, given: dict[str, str] | str | None, param: str = "metadata") -> dict[str, str]:
    """Named keys are set, keys given as "" are unset, "" for the whole unsets all. Raises ApiError."""
    if isinstance(given, str):
        return {}
    for name, value in (given or {}).items():
        if len(name) > LONGEST_KEY or "[" in name or "]" in name:
            raise ApiError(f"A metadata key has at most {LONGEST_KEY} characters.", param=f"{param}[{name}]")
        if len(value) > LONGEST_VALUE:
            raise ApiError(f"A metadata value has at most {LONGEST_VALUE} characters.", param=f"{param}[{name}]")
    merged = {name: value for name, value in ((old or {}) | (given or {})).items() if value != ""}
    if len(merged) > MOST_KEYS:
        raise ApiError(f"Metadata has at most {MOST_KEYS} keys.", param=param)
    return merged
