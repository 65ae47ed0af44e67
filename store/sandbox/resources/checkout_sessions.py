"""Checkout Sessions: mode payment, hosted page.

Beside the official shapes stand the rules that Stripe's docs give in words: line items and
success_url are needed, expires_at lies 30 minutes to 24 hours ahead, one currency, a least total.
What would change the sum and is not built here is refused, never ignored.
"""

from __future__ import annotations

import urllib.parse

from store.sandbox import expansion, lists, metadata, money, session_life
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, unsupported, wanting
from store.sandbox.resources import line_items

SHORTEST, LONGEST = 30 * 60, 24 * 3600
KEPT = (
    "billing_address_collection",
    "client_reference_id",
    "excluded_payment_method_types",
    "integration_identifier",
    "allowed_payment_method_types",
    "locale",
    "origin_context",
    "submit_type",
    "cancel_url",
    "success_url",
)
UNSUPPORTED = (
    "after_expiration",
    "consent_collection",
    "custom_fields",
    "customer_account",
    "discounts",
    "name_collection",
    "optional_items",
    "permissions",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
)
UNSUPPORTED_WHEN_ENABLED = (
    "automatic_tax",
    "invoice_creation",
    "managed_payments",
    "phone_number_collection",
    "tax_id_collection",
)
NOT_FOR_INTENTS = ("application_fee_amount", "on_behalf_of", "transfer_data", "transfer_group")
OFFERED = ("card", "sepa_debit")


def create(call: Call) -> Body:
    given, account = call.params, call.account
    _refuse_unsupported(given)
    _check_urls(given)
    expires_at = _expires_at(given, account)
    customer, email = _customer(given, account)
    items = line_items.make(account, given.get("line_items", []), given.get("currency"))
    total, currency = sum(item["amount_total"] for item in items), items[0]["currency"]
    money.check_total(total, currency, "line_items")
    intent_data = given.get("payment_intent_data", {})
    intent_data["metadata"] = metadata.merge(None, intent_data.get("metadata"), "payment_intent_data[metadata]")
    facts = {name: given[name] for name in KEPT if name in given} | {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "customer": customer,
        "customer_creation": given.get("customer_creation", None if customer else "if_required"),
        "customer_email": email,
        "expires_at": expires_at,
        "metadata": metadata.merge(None, given.get("metadata")),
        "payment_method_types": call.legacy_types or offered(given),
    }
    facts["adaptive_pricing"] = given.get("adaptive_pricing", {"enabled": False})
    session = account.add("checkout.session", BLANK | facts, {"line_items": items, "payment_intent_data": intent_data})
    account.set_timer("expire_session", session["id"], expires_at)
    return account.save(session | {"url": f"{call.base_url}/c/pay/{session['id']}"})


BLANK: Body = {
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "custom_fields": [],
    "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
    "discounts": [],
    "invoice_creation": None,
    "mode": "payment",
    "payment_method_collection": "if_required",
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_status": "unpaid",
    "phone_number_collection": {"enabled": False},
    "shipping_options": [],
    "status": "open",
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
}


def retrieve(call: Call) -> Body:
    return call.account.get("checkout.session", call.path["session"], "session")


def update(call: Call) -> Body:
    session = retrieve(call)
    for name in ("line_items", "shipping_options", "collected_information", "payment_intent_data"):
        if name in call.params:
            raise ApiError(f"{name} cannot be changed for ui_mode hosted_page.", param=name)
    session["metadata"] = metadata.merge(session["metadata"], call.params.get("metadata"))
    return call.account.save(session)


def expire(call: Call) -> Body:
    return session_life.expire(call.account, retrieve(call))


def list_all(call: Call) -> Body:
    return lists.listing(call, "checkout.session", "/v1/checkout/sessions", ("customer", "payment_intent", "status"))


def list_line_items(call: Call) -> Body:
    session = retrieve(call)
    return line_items.listed(call.account, session, call.params)


def offered(given: Body) -> list[str]:
    """Cards and bank debit, less what the shop excludes.

    Bank debit comes in any currency, so that a delayed payment can be tried in each; Stripe itself
    takes SEPA debits in euro only.
    """
    allowed = given.get("allowed_payment_method_types", OFFERED)
    excluded = given.get("excluded_payment_method_types", ())
    types = [name for name in OFFERED if name in allowed and name not in excluded]
    if not types:
        raise ApiError("No payment method is left that the sandbox offers.", param="excluded_payment_method_types")
    return types


def _refuse_unsupported(given: Body) -> None:
    for name in UNSUPPORTED:
        if name in given:
            raise unsupported(name)
    for name in UNSUPPORTED_WHEN_ENABLED:
        if given.get(name, {}).get("enabled"):
            raise unsupported(f"{name}[enabled]")
    if given.get("allow_promotion_codes"):
        raise unsupported("allow_promotion_codes")
    for name, only in (("mode", "payment"), ("ui_mode", "hosted_page")):
        if given.get(name, only) != only:
            raise unsupported(f"{name}={given[name]}")
    _refuse_unsupported_intent_data(given.get("payment_intent_data", {}))


def _refuse_unsupported_intent_data(intent_data: Body) -> None:
    for name in NOT_FOR_INTENTS:
        if name in intent_data:
            raise unsupported(f"payment_intent_data[{name}]")
    if intent_data.get("capture_method") == "manual":
        raise unsupported("payment_intent_data[capture_method]=manual")


def _check_urls(given: Body) -> None:
    if "success_url" not in given:
        raise wanting("success_url")
    if "return_url" in given:
        raise ApiError("return_url is not for ui_mode hosted_page.", param="return_url")
    for name in ("success_url", "cancel_url"):
        parts = urllib.parse.urlsplit(given.get(name, "https://none.example/"))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ApiError("Not a valid URL: it starts with http:// or https://", code="url_invalid", param=name)


def _expires_at(given: Body, account: Account) -> int:
    moment: int = given.get("expires_at", account.timestamp + LONGEST)
    if not account.timestamp + SHORTEST <= moment <= account.timestamp + LONGEST:
        raise ApiError("expires_at must lie between 30 minutes and 24 hours from now.", param="expires_at")
    return moment


def _customer(given: Body, account: Account) -> tuple[str | None, str | None]:
    if "customer" in given and "customer_email" in given:
        raise ApiError("Give either customer or customer_email.", param="customer_email")
    if "customer_update" in given and "customer" not in given:
        raise ApiError("customer_update is for sessions with a customer.", param="customer_update")
    email = given.get("customer_email")
    if email is not None and ("@" not in email[1:-1] or " " in email):
        raise ApiError(f"Invalid email address: {email[:80]}", code="email_invalid", param="customer_email")
    customer = account.get("customer", given["customer"], "customer")["id"] if "customer" in given else None
    return customer, email


def _line_items(account: Account, session: Body) -> Body:
    return line_items.listed(account, session, {})


expansion.INCLUDABLE["checkout.session", "line_items"] = _line_items
