"""The staff pages of the ledger. They only read: what is booked is never changed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.actors import Permission
from store.admin.ledger import exports, presentation
from store.admin.ledger.period import Period, is_day, this_month
from store.admin.ledger.schemas import read_period
from store.errors import Invalid, NotFound
from store.orders import repository as orders
from store.payments.ledger import reports, sides
from store.payments.ledger.accounts import ACCOUNTS, BALANCE, account_label
from store.payments.ledger.comparing import Difference, of_movements, of_payments, of_payouts
from store.payments.ledger.service import CURSOR
from store.payments.ledger.trial import Trial, moved_on, trial_balances
from store.payments.reconciling.cursors import find_read_at
from store.web.access import needs
from store.web.current import db, now, reader, settings
from store.web.spreadsheet import as_csv, csv_lines

blueprint = Blueprint("admin_ledger", __name__, url_prefix="/admin/ledger")

ON_A_PAGE = 50


@blueprint.get("")
@needs(Permission.REPORTS_READ)
def index() -> Answer:
    period, mistakes = _period()
    trials = _trials(period)
    page = render_template(
        "admin/ledger/index.html",
        sheets=[presentation.view_trial(trial) for trial in trials],
        differences=[presentation.tell(one) for one in _differences(period, trials)],
        read_at=find_read_at(reader(), CURSOR),
        period=period,
        form=_form(period, mistakes),
    )
    return make_response(page, 422 if mistakes else 200)


@blueprint.get("/trial-balance.csv")
@needs(Permission.REPORTS_READ)
def trial_balance() -> Answer:
    period = _period_of_file()
    text = as_csv(exports.TRIAL_COLUMNS, exports.trial_rows(_trials(period)))
    return _file(iter([text]), "trial-balance", period)


@blueprint.get("/entries.csv")
@needs(Permission.REPORTS_READ)
def entries() -> Answer:
    """Every posting of the period, sent as it is read, for there may be hundreds of thousands."""
    period = _period_of_file()
    database, zone = db(), settings().zone

    def rows() -> Iterator[list[str | int]]:
        with database.reader() as own:  # the page's own is closed before the last line is sent
            yield from exports.entry_rows(reports.each_entry(own, period.start, period.end), zone)

    return _file(csv_lines(exports.ENTRY_COLUMNS, rows()), "entries", period)


@blueprint.get("/accounts/<account>")
@needs(Permission.REPORTS_READ)
def show_account(account: str) -> Answer:
    if account not in ACCOUNTS:
        raise NotFound("The ledger has no such account.")
    period, mistakes = _period()
    currency = request.args.get("currency", "")[:3].lower() or None
    found = reports.list_entries(
        reader(), period.start, period.end, ON_A_PAGE + 1, account=account, currency=currency, before=_number("before")
    )
    page = found[:ON_A_PAGE]
    kept = {**period.address, **({"currency": currency} if currency else {})}
    more = len(found) > ON_A_PAGE
    own = url_for("admin_ledger.show_account", account=account) + "?" + urlencode(kept)
    rendered = render_template(
        "admin/ledger/account.html",
        account=account,
        label=account_label(account),
        meaning=ACCOUNTS[account].meaning,
        currency=currency,
        entries=[presentation.view_entry(entry, account) for entry in page],
        period=period,
        form=_form(period, mistakes),
        kept={"currency": currency} if currency else {},
        first_url=own if _number("before") else None,
        next_url=f"{own}&before={page[-1].entry.id}" if more else None,
    )
    return make_response(rendered, 422 if mistakes else 200)


@blueprint.get("/entries/<id:entry_id>")
@needs(Permission.REPORTS_READ)
def show_entry(entry_id: int) -> str:
    entry = presentation.view_entry(reports.get_entry(reader(), entry_id))
    return render_template("admin/ledger/entry.html", entry=entry)


@blueprint.get("/movements/<movement>")
@needs(Permission.REPORTS_READ)
def show_movement(movement: str) -> Answer:
    """To the entry that a balance transaction has made."""
    return redirect(url_for("admin_ledger.show_entry", entry_id=reports.get_entry_of_movement(reader(), movement)), 303)


@blueprint.get("/orders/<number>")
@needs(Permission.REPORTS_READ)
def show_order(number: str) -> str:
    """All that was booked for an order, and what it adds up to."""
    order = orders.get_order_by_number(reader(), number)
    booked = reports.list_entries_of_order(reader(), order.id)
    return render_template(
        "admin/ledger/order.html",
        number=number,
        entries=[presentation.view_entry(entry) for entry in booked],
        balances=presentation.balances(booked),
    )


@blueprint.get("/payouts")
@needs(Permission.REPORTS_READ)
def payouts() -> str:
    found = reports.list_payouts(reader(), ON_A_PAGE + 1, _number("before"))
    page = found[:ON_A_PAGE]
    more = len(found) > ON_A_PAGE
    return render_template(
        "admin/ledger/payouts.html",
        payouts=[presentation.view_payout(payout) for payout in page],
        read_at=find_read_at(reader(), CURSOR),
        first_url=url_for("admin_ledger.payouts") if _number("before") else None,
        next_url=url_for("admin_ledger.payouts", before=page[-1].id) if more else None,
    )


@blueprint.get("/payouts/<payout>")
@needs(Permission.REPORTS_READ)
def show_payout(payout: str) -> str:
    row = reports.get_payout(reader(), payout)
    found = reports.list_members(reader(), payout, ON_A_PAGE + 1, _number("before"))
    page = found[:ON_A_PAGE]
    more = len(found) > ON_A_PAGE
    return render_template(
        "admin/ledger/payout.html",
        payout=presentation.view_payout(row),
        members=[presentation.view_member(member) for member in page],
        differences=[presentation.tell(one) for one in of_payouts(sides.sides_of_payout(reader(), payout), now())],
        first_url=url_for("admin_ledger.show_payout", payout=payout) if _number("before") else None,
        next_url=url_for("admin_ledger.show_payout", payout=payout, before=page[-1].movement.id) if more else None,
    )


def _trials(period: Period) -> list[Trial]:
    return trial_balances(reports.sums_until(reader(), period.start), reports.sums_until(reader(), period.end))


def _differences(period: Period, trials: list[Trial]) -> list[Difference]:
    span = (reader(), period.start, period.end)
    in_sum = moved_on(BALANCE, trials) != {currency: net for currency, net in sides.net_moved(*span).items() if net}
    return [
        *of_payments(sides.payments_that_differ(*span), now()),
        *of_payouts(sides.payouts_of(*span), now()),
        *of_movements(sides.movements_that_differ(*span, in_sum=in_sum)),
    ]


def _period() -> tuple[Period, dict[str, list[str]]]:
    """What the address asks for; the usual one, with sentences, when that cannot be understood."""
    usual = this_month(now(), settings().zone)
    try:
        return read_period(request.args.to_dict(), usual), {}
    except ValidationError as refusal:
        return usual, refusal.messages_dict


def _period_of_file() -> Period:
    """Raises Invalid: a file has no place for sentences beside fields."""
    period, mistakes = _period()
    if mistakes:
        raise Invalid("The days of the list cannot be understood. Choose them on the page of the ledger.", mistakes)
    return period


def _form(period: Period, mistakes: dict[str, list[str]]) -> dict[str, object]:
    values = period.address
    if mistakes:  # a field for days can hold nothing else, and browsers complain of what is none
        values = {name: text for name in values if is_day(text := request.args.get(name, ""))}
    return {"values": values, "errors": mistakes, "summary": []}


def _file(lines: Iterator[str], name: str, period: Period) -> Response:
    filename = f"{name}-{period.first}-{period.last}.csv"
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={filename}"})


def _number(name: str) -> int | None:
    """A row's id in the address; nonsense is as good as nothing."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
