"""API versions: which exist, and what each of them still takes.

Sources: Stripe's changelog for 2026-03-25.dahlia (names of ui_mode) and 2026-09-30.endive
(`payment_method_types` gone from the requests). A request without a version is answered leniently,
for Stripe's own command line sends none and still uses the older parameters.
"""

from __future__ import annotations

from typing import Any

from store.sandbox.errors import ApiError
from store.sandbox.shapes import LATEST, known_versions

UI_MODES_RENAMED = "2026-03-25"
PAYMENT_METHOD_TYPES_REMOVED = "2026-09-30"
OLD_UI_MODES = {"hosted": "hosted_page", "embedded": "embedded_page", "custom": "elements"}
TAKES_PAYMENT_METHOD_TYPES = {
    "/v1/checkout/sessions",
    "/v1/payment_intents",
    "/v1/payment_intents/{intent}",
    "/v1/payment_intents/{intent}/confirm",
}


def check(version: str | None) -> None:
    if version is not None and version not in known_versions():
        raise ApiError(f"Invalid Stripe API version: {version[:40]}. The newest is {LATEST}.")


def modernise(version: str | None, path: str, params: dict[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    """`params` as the newest version writes them, and the payment method types that an older one may name.

    Raises ApiError when the version no longer takes them.
    """
    types = None
    if "payment_method_types" in params and path in TAKES_PAYMENT_METHOD_TYPES:
        if not _before(version, PAYMENT_METHOD_TYPES_REMOVED):
            intent = path.startswith("/v1/payment_intents")
            code = "payment_method_types_no_longer_supported" if intent else "parameter_unknown"
            message = "Received unknown parameter: payment_method_types (removed in 2026-09-30.endive)"
            raise ApiError(message, code=code, param="payment_method_types")
        given = params["payment_method_types"]
        types = [str(name) for name in given.values()] if isinstance(given, dict) else [str(given)]
        params = {name: value for name, value in params.items() if name != "payment_method_types"}
    mode = params.get("ui_mode")
    if isinstance(mode, str) and mode in OLD_UI_MODES and _before(version, UI_MODES_RENAMED):
        params = params | {"ui_mode": OLD_UI_MODES[mode]}
    return params, types


def render(body: dict[str, Any], version: str) -> dict[str, Any]:
    """`body` as an endpoint of an older version gets it, as far as the sandbox knows the differences."""
    if body.get("object") == "checkout.session" and _before(version, UI_MODES_RENAMED):
        older = {new: old for old, new in OLD_UI_MODES.items()}
        return body | {"ui_mode": older.get(body["ui_mode"], body["ui_mode"])}
    return body


def _before(version: str | None, date: str) -> bool:
    return version is None or version[:10] < date
