"""What comes in about staff."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from store.actors import Role
from store.web.forms import Email, Form


class RoleName(fields.String):
    """One of the roles there are."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Role:  # noqa: ANN401
        try:
            return Role(super()._deserialize(value, attr, data, **options))
        except ValueError:
            raise ValidationError("Choose one of the roles on the list.") from None


class GrantIn(Form):
    email = Email(254, missing="Whose address?", required=True)
    role = RoleName(required=True, error_messages={"required": "Which role?"})


class RoleIn(Form):
    role = RoleName(required=True, error_messages={"required": "Which role?"})
