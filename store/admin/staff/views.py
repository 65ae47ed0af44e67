"""/admin/staff: roles given and taken, people signed out, accounts shut. Each asks for a fresh password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission, Role
from store.admin.staff.schemas import GrantIn, RoleIn
from store.errors import Conflict, NotFound
from store.members import repository, service
from store.members.step_up import proven_lately
from store.web.access import needs
from store.web.current import actor, db, now, reader

blueprint = Blueprint("admin_staff", __name__)

DUTIES = {
    Role.OWNER: "Everything, staff included",
    Role.ORDERS: "Orders, notes, parcels",
    Role.CATALOG: "Products, pictures, collections, stock",
    Role.REFUNDS: "Sees orders, will give refunds",
    Role.REPORTS: "Reports and the history",
    Role.PACKER: "Packs and ships",
    Role.STALL: "Receives and counts stock",
}


@blueprint.get("/admin/staff")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def index() -> str:
    return _page({}, {})


def _page(sent: dict[str, str], errors: dict[str, list[str]], notice: str | None = None) -> str:
    return render_template(
        "admin/staff/index.html",
        staff=repository.list_staff(reader()),
        roles=[{"code": role.value, "name": f"{role.value.title()}: {duty}"} for role, duty in DUTIES.items()],
        form={"values": sent, "errors": errors, "summary": []},
        notice=notice,
        done=request.args.get("done"),
    )


@blueprint.post("/admin/staff")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def grant() -> Response:
    sent = request.form.to_dict()
    try:
        wish: dict[str, Any] = GrantIn().load(sent)
        service.grant(db(), actor(), wish["email"], wish["role"], now())
    except ValidationError as refusal:
        return make_response(_page(sent, refusal.messages_dict), 422)
    except NotFound as refusal:
        return make_response(_page(sent, {"email": [str(refusal)]}), 422)
    except Conflict as refusal:
        return make_response(_page(sent, {}, str(refusal)), 409)
    return redirect(url_for("admin_staff.index", done="granted"), 303)


@blueprint.post("/admin/staff/<id:member_id>/take-away")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def take_away(member_id: int) -> Response:
    role: Role = RoleIn().load(request.form.to_dict())["role"]
    try:
        service.take_away(db(), actor(), member_id, role, now())
    except Conflict as refusal:
        return make_response(_page({}, {}, str(refusal)), 409)
    return redirect(url_for("admin_staff.index", done="taken"), 303)


@blueprint.post("/admin/staff/<id:member_id>/sign-out")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def sign_out(member_id: int) -> Response:
    service.end_sessions(db(), actor(), member_id, now())
    return redirect(url_for("admin_staff.index", done="out"), 303)


@blueprint.post("/admin/staff/<id:member_id>/shut")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def shut(member_id: int) -> Response:
    return _set_active(member_id, active=False)


@blueprint.post("/admin/staff/<id:member_id>/open")
@needs(Permission.STAFF_WRITE)
@proven_lately("admin_staff.index")
def reopen(member_id: int) -> Response:
    return _set_active(member_id, active=True)


def _set_active(member_id: int, *, active: bool) -> Response:
    try:
        service.set_active(db(), actor(), member_id, now(), active=active)
    except Conflict as refusal:
        return make_response(_page({}, {}, str(refusal)), 409)
    return redirect(url_for("admin_staff.index", done="open" if active else "shut"), 303)
