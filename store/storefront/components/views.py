"""/dev/components: the parts of the pages in all their states. Never in production."""

from __future__ import annotations

from flask import Blueprint, render_template

from store.storefront.components import samples

blueprint = Blueprint("components", __name__)


@blueprint.get("/dev/components")
def index() -> str:
    return render_template(
        "components/index.html",
        cards=samples.cards(),
        bag=samples.bag(),
        goes_to=samples.goes_to(),
        timeline=samples.timeline(),
        form=samples.form(),
        countries=[{"code": "US", "name": "United States"}, {"code": "CA", "name": "Canada"}],
        picture=samples.PICTURE,
    )
