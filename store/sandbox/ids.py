"""Ids shaped like Stripe's: the prefix tells the kind, the rest is random."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits

SHAPES = {
    "checkout.session": ("cs_test_a1", 56),
    "payment_intent": ("pi_3", 23),
    "charge": ("ch_3", 23),
    "payment": ("py_3", 23),  # a charge to a bank account
    "refund": ("re_3", 23),
    "payment_refund": ("pyr_1", 23),  # of a charge to a bank account
    "dispute": ("dp_1", 23),
    "inquiry": ("du_1", 23),
    "review": ("prv_1", 23),
    "radar.early_fraud_warning": ("issfr_1", 23),
    "payout": ("po_1", 23),
    "event": ("evt_1", 23),
    "balance_transaction": ("txn_3", 23),
    "webhook_endpoint": ("we_1", 23),
    "payment_method": ("pm_1", 23),
    "price": ("price_1", 23),
    "product": ("prod_", 14),
    "customer": ("cus_", 14),
    "item": ("li_1", 23),
    "request": ("req_", 14),
    "payment_page": ("ppage_1", 23),
    "mandate": ("mandate_1", 23),
    "webhook_secret": ("whsec_", 32),
}


def new_id(kind: str) -> str:
    prefix, length = SHAPES[kind]
    return prefix + random_text(length)


def random_digits(length: int) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(length))


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
