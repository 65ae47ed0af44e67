"""The staff page of the history."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from store.actors import Permission
from store.admin.history.presentation import tell
from store.admin.people import named
from store.audit.history import list_entries
from store.web.access import needs
from store.web.current import reader, settings
from store.web.words import day_and_time

blueprint = Blueprint("admin_history", __name__, url_prefix="/admin/history")

ON_A_PAGE = 50
LONGEST_SUBJECT = 100


@blueprint.get("")
@needs(Permission.HISTORY_READ)
def index() -> str:
    """The newest first, of all or of one subject, such as `variant:12`."""
    subject = request.args.get("subject", "").strip()[:LONGEST_SUBJECT] or None
    before = request.args.get("before", "")
    from_seq = int(before) if before.isascii() and before.isdigit() and len(before) <= 9 else None
    entries = list_entries(reader(), subject, from_seq, ON_A_PAGE + 1)
    page = entries[:ON_A_PAGE]
    names = named(reader(), (entry.actor for entry in page))
    return render_template(
        "admin/history/index.html",
        entries=[tell(entry, names, lambda moment: day_and_time(moment, settings().zone)) for entry in page],
        subject=subject,
        all_url=url_for("admin_history.index"),
        first_url=url_for("admin_history.index", subject=subject) if from_seq is not None else None,
        next_url=(
            url_for("admin_history.index", subject=subject, before=page[-1].seq) if len(entries) > ON_A_PAGE else None
        ),
    )
