"""What comes in when a bag is changed."""

from __future__ import annotations

from store.cart.service import MOST_UNITS
from store.web.forms import Form, Line, Whole


class AddIn(Form):
    variant = Line(64, missing="Choose one of the items on the page.", required=True)
    quantity = Whole(1, MOST_UNITS, load_default=1)


class ChangeIn(Form):
    quantity = Whole(0, MOST_UNITS, required=True)
