"""What the API refuses, in the vocabulary of Stripe's error object.

Source of types and codes: Stripe's API reference, "Errors" and "Error codes".
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than success.

    `executed` tells whether the endpoint had begun its work: only then is the answer kept under
    the request's idempotency key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        **more: Any,  # noqa: ANN401 - further members of the error object, as they are sent
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.executed = executed
        self.more = more

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {"code": self.code, "doc_url": doc_url(self.code)}
        if self.param:
            error["param"] = self.param
        return {"error": error | {name: value for name, value in self.more.items() if value is not None}}


def doc_url(code: str) -> str:
    return f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}"


def missing(noun: str, identifier: str, param: str) -> ApiError:
    return ApiError(f"No such {noun}: '{identifier}'", status=404, code="resource_missing", param=param)


def wanting(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unsupported(param: str) -> ApiError:
    """Better no answer than a wrong sum: what the sandbox cannot do, it does not pretend to do."""
    return ApiError(f"The sandbox does not do {param} yet.", code="sandbox_unsupported", param=param)


class ShapeError(Exception):
    """The sandbox was about to send something that the official shapes do not allow: its own fault."""
