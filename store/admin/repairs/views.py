"""The staff page of repairs, and of how far the reconciler has read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from store.actors import Permission
from store.admin.paging import ON_A_PAGE, page_asked
from store.admin.repairs.presentation import KINDS, view_repair
from store.payments.reach import silent_since
from store.payments.reconciling.closing import COMPARED, find_closed_since
from store.payments.reconciling.cursors import find_position, find_read_at
from store.payments.reconciling.events import CURSOR
from store.payments.reconciling.repairs import RepairKind, list_repairs
from store.web.access import needs
from store.web.current import actor, reader

blueprint = Blueprint("admin_repairs", __name__, url_prefix="/admin/repairs")


@blueprint.get("")
@needs(Permission.REPORTS_READ)
def index() -> str:
    """The latest first, of all or of one kind; what makes no sense narrows nothing."""
    asked, number = request.args.get("kind"), page_asked(request.args)
    kind = RepairKind(asked) if asked in list(RepairKind) else None
    found = list_repairs(reader(), kind, (number - 1) * ON_A_PAGE, ON_A_PAGE + 1)
    return render_template(
        "admin/repairs/index.html",
        repairs=[view_repair(repair, actor()) for repair in found[:ON_A_PAGE]],
        kinds=_kinds(kind),
        is_narrowed=kind is not None,
        ran_at=find_read_at(reader(), CURSOR),
        read_to=find_position(reader(), CURSOR),
        compared_at=find_read_at(reader(), COMPARED),
        silent_since=silent_since(reader()),
        closed_since=find_closed_since(reader()),
        earlier_url=url_for(".index", kind=kind, page=number - 1) if number > 1 else None,
        later_url=url_for(".index", kind=kind, page=number + 1) if len(found) > ON_A_PAGE else None,
    )


def _kinds(current: RepairKind | None) -> list[dict[str, Any]]:
    everything = {"label": "All", "url": url_for(".index"), "current": current is None}
    narrowed = [
        {"label": label, "url": url_for(".index", kind=kind.value), "current": kind is current}
        for kind, label in KINDS.items()
    ]
    return [everything, *narrowed]
