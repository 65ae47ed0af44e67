"""The staff page of jobs that were given up."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.attention.views import tabs
from store.audit.dead_jobs import try_again
from store.jobs.models import JobState
from store.jobs.repository import count_jobs, is_firing, list_dead
from store.web.access import needs
from store.web.current import actor, db, now, reader

blueprint = Blueprint("admin_jobs", __name__, url_prefix="/admin/jobs")

MOST = 100
DONE = {"again": "The worker tries it again now. If it fails it comes back here."}


@blueprint.get("")
@needs(Permission.ORDERS_READ)
def index() -> str:
    dead = list_dead(reader(), MOST)
    return render_template(
        "admin/jobs/index.html",
        jobs=dead,
        scheduled={job.id for job in dead if is_firing(job)},
        total=count_jobs(reader(), JobState.DEAD),
        waiting=count_jobs(reader(), JobState.WAITING),
        tabs=tabs("jobs"),
        may_try=actor().may(Permission.ORDERS_WRITE),
        done=DONE.get(request.args.get("done", "")),
    )


@blueprint.post("/<id:job_id>/again")
@needs(Permission.ORDERS_WRITE)
def again(job_id: int) -> Response:
    try_again(db(), actor(), job_id, now())
    return redirect(url_for(".index", done="again"), 303)
