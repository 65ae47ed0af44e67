"""For what hurts, a session that is hours old is not enough: the password is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, request, url_for
from flask_security.utils import check_and_update_authn_fresh

from store.members.security import FRESH

View = TypeVar("View", bound=Callable[..., Any])


def proven_lately(back: str) -> Callable[[View], View]:
    """Only within ten minutes of the password; else it is asked for, and then endpoint `back` is opened."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - whatever the view takes and answers
            if check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
                return view(*args, **values)
            onwards = request.full_path.rstrip("?") if request.method == "GET" else url_for(back)
            return redirect(url_for("security.verify", next=onwards), 303)

        return cast(View, guarded)

    return guard
