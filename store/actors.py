"""Who acts, and what they may do. Pure: services ask here, whoever found out who it is.

A role is a bundle of permissions; people are given roles, services require permissions. What a role may do is changed
here and nowhere else, so that the database can be asked who somebody is, never what that means.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from store.errors import Forbidden


class Permission(enum.StrEnum):
    """One thing that staff may do; named like the scopes of API tokens."""

    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    FULFILMENT_WRITE = "fulfilment:write"
    REFUNDS_WRITE = "refunds:write"
    REPORTS_READ = "reports:read"
    HISTORY_READ = "history:read"
    STAFF_WRITE = "staff:write"


class Role(enum.StrEnum):
    OWNER = "owner"
    ORDERS = "orders"
    CATALOG = "catalog"
    REFUNDS = "refunds"
    REPORTS = "reports"
    PACKER = "packer"
    STALL = "stall"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ORDERS: frozenset(
        {
            Permission.ORDERS_READ,
            Permission.ORDERS_WRITE,
            Permission.FULFILMENT_WRITE,
            Permission.STOCK_READ,
            Permission.CATALOG_READ,
        }
    ),
    Role.CATALOG: frozenset(
        {Permission.CATALOG_READ, Permission.CATALOG_WRITE, Permission.STOCK_READ, Permission.STOCK_WRITE}
    ),
    Role.REFUNDS: frozenset({Permission.ORDERS_READ, Permission.REFUNDS_WRITE}),
    Role.REPORTS: frozenset({Permission.REPORTS_READ, Permission.HISTORY_READ}),
    Role.PACKER: frozenset({Permission.ORDERS_READ, Permission.FULFILMENT_WRITE, Permission.STOCK_READ}),
    Role.STALL: frozenset({Permission.CATALOG_READ, Permission.STOCK_READ, Permission.STOCK_WRITE}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a use case runs for. Anonymous visitors have neither id nor permissions."""

    member_id: int | None = None
    email: str | None = None
    roles: frozenset[Role] = frozenset()

    @property
    def name(self) -> str:
        """As histories call them, e.g. `member:12`."""
        return f"member:{self.member_id}" if self.member_id is not None else "anonymous"

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    def may(self, *permissions: Permission) -> bool:
        """Whether one of their roles has one of these."""
        return any(permission in ROLES[role] for role in self.roles for permission in permissions)

    def require(self, *permissions: Permission) -> None:
        """Any one of these will do; raises Forbidden when none of their roles has it."""
        if not self.may(*permissions):
            raise Forbidden("Your role does not allow this. Ask an owner of the shop.")


@dataclass(frozen=True, slots=True)
class System(Actor):
    """The shop itself: commands typed on its machine, jobs, the demo. It may do everything, and says so."""

    roles: frozenset[Role] = frozenset({Role.OWNER})
    label: str = "system"

    @property
    def name(self) -> str:
        return self.label


SCOPES = tuple(f"{area}:{right}" for area in ("catalog", "stock", "orders", "refunds", "offers", "reports")
               for right in ("read", "write"))  # fmt: skip
"""What an API token can be made for; writing includes reading."""
_SCOPE_OF = {Permission.FULFILMENT_WRITE: "orders:write", Permission.HISTORY_READ: "reports:read"}


def scope_of(permission: Permission) -> str:
    """What a token must have been made for, so that this can be done with it."""
    return _SCOPE_OF.get(permission, permission.value)


@dataclass(frozen=True, slots=True)
class Program(Actor):
    """A program with a token of somebody's: it may do what they may, as far as the token's scopes go."""

    scopes: frozenset[str] = frozenset()

    def may(self, *permissions: Permission) -> bool:
        return any(Actor.may(self, permission) and self.covers(scope_of(permission)) for permission in permissions)

    def covers(self, scope: str) -> bool:
        return scope in self.scopes or scope.replace(":read", ":write") in self.scopes


ANONYMOUS = Actor()
SYSTEM = System()
