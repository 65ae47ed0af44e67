"""What an endpoint gets to work with, and how the table of endpoints is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.sandbox.account import Account, Body


@dataclass(frozen=True)
class Call:
    """One authenticated request whose parameters have passed the official shapes."""

    account: Account
    params: dict[str, Any]
    path: dict[str, str]  # the ids in the address
    base_url: str  # of the sandbox, for addresses it hands out
    legacy_types: list[str] | None = None  # payment_method_types of a request in an older API version


@dataclass(frozen=True)
class Route:
    """One row of the table of endpoints; `path` is written as in the official shapes."""

    method: str
    path: str
    endpoint: Callable[[Call], Body]
    shaped: bool = True  # False: undocumented, the shapes do not know it
