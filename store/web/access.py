"""Who may open a page: the permission stands above the view, where a reader looks first.

Services require the same permission again, for they are called by commands and programs too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from store.actors import Permission
from store.errors import NotFound
from store.web.current import actor

View = TypeVar("View", bound=Callable[..., Any])


def ask_to_sign_in() -> Response:
    """To the sign-in page, and from there back to where they were going."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=back), 303)


def members_only(view: View) -> View:
    """Strangers are asked to sign in first."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - whatever the view takes and answers
        return ask_to_sign_in() if actor().member_id is None else view(*args, **values)

    return cast(View, guarded)


def needs(*permissions: Permission | None) -> Callable[[View], View]:
    """Only staff with one of these permissions (None: any staff) pass.

    Strangers are asked to sign in and led back; members without a role learn of no such page; staff whose roles do not
    allow it are told so (Forbidden).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - whatever the view takes and answers
            asking = actor()
            if asking.member_id is None:
                return ask_to_sign_in()
            if not asking.is_staff:
                raise NotFound("There is no such page. The shop starts at the front page.")
            if None not in permissions:
                asking.require(*(one for one in permissions if one is not None))
            return view(*args, **values)

        return cast(View, guarded)

    return guard
