"""The books for an accountant's programs: every entry of a period, and what each account holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import fields

from store.actors import Permission
from store.admin.ledger.period import Period, this_month
from store.errors import Invalid
from store.payments.ledger import reports
from store.payments.ledger.reports import Entry
from store.payments.ledger.trial import trial_balances
from store.web.api.calls import Calls
from store.web.api.fields import In, Out, PageIn, Time, page_of
from store.web.api.paging import cut, number
from store.web.current import now, reader, settings

calls = Calls("admin_ledger", __name__, "Ledger: double entry, in minor units of each currency. For staff.")
READS = (Permission.REPORTS_READ,)


class Days(In):
    """Both within the period, as the shop's zone counts days; without them, this month."""

    first = fields.Date(load_default=None, data_key="from")
    last = fields.Date(load_default=None, data_key="to")


class EntriesIn(PageIn, Days):
    pass


class PostingOut(Out):
    account = fields.String(required=True)
    amount = fields.Integer(required=True, metadata={"description": "A debit is positive, a credit negative."})


class EntryOut(Out):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "What caused it, as `payment:pi_…`."})
    order = fields.String(required=True, allow_none=True)
    payment = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    booked_at = Time(required=True, metadata={"description": "Stripe's date of the fact."})
    postings = fields.List(fields.Nested(PostingOut), required=True)


class BalanceOut(Out):
    account = fields.String(required=True)
    opening = fields.Integer(required=True)
    debit = fields.Integer(required=True)
    credit = fields.Integer(required=True)
    closing = fields.Integer(required=True)


class TrialOut(Out):
    currency = fields.String(required=True)
    balances = fields.Boolean(required=True)
    accounts = fields.List(fields.Nested(BalanceOut), required=True, attribute="lines")


class TrialsOut(Out):
    items = fields.List(fields.Nested(TrialOut), required=True)


@calls.get("/admin/ledger", query=EntriesIn, answers=page_of(EntryOut), needs=READS)
def list_entries(query: dict[str, Any]) -> dict[str, Any]:
    """The entries of a period, the newest first."""
    period, limit = _period(query), query["limit"]
    before = number(query["cursor"])
    found = reports.list_entries(reader(), period.start, period.end, limit + 1, before=before)
    return cut(found, limit, lambda row: row.entry.id, _show)


@calls.get("/admin/ledger/trial-balance", query=Days, answers=TrialsOut, needs=READS)
def trial_balance(query: dict[str, Any]) -> dict[str, Any]:
    """What every account held, got and gave in a period, currency by currency."""
    period = _period(query)
    until = reports.sums_until(reader(), period.end)
    return {"items": trial_balances(reports.sums_until(reader(), period.start), until)}


def _period(query: dict[str, Any]) -> Period:
    usual = this_month(now(), settings().zone)
    first, last = query["first"] or usual.first, query["last"] or usual.last
    if not (date(2000, 1, 1) <= first <= last <= date(2200, 1, 1)):
        sentence = "A period goes from one day to a later one."
        raise Invalid(sentence, {"from": [sentence]})
    return Period(first, last, settings().zone)


def _show(row: Entry) -> dict[str, Any]:
    entry = row.entry
    return {
        "id": entry.id,
        "kind": entry.kind,
        "source": f"{entry.source_type}:{entry.source_id}",
        "order": row.order_number,
        "payment": row.payment_intent,
        "currency": entry.currency,
        "booked_at": entry.booked_at,
        "postings": entry.postings,
    }
