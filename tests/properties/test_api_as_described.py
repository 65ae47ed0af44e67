"""The API does what its document says: calls made up from it, as everybody who may call, with and without sense.

Schemathesis makes them up; half of them name what is really there. Never a 5xx, never a status or an answer that the
document does not have, never a bad call that is taken for a good one.
"""

import contextlib
import sys
import time

import pytest
import schemathesis
from flask_smorest.spec.plugins import FlaskPlugin
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from tests.functional.principals import World, calls
from tests.functional.test_api_permissions import PRINCIPALS, token_of

load_all_checks()
LEFT_OUT = {"positive_data_acceptance", "ignored_auth", "use_after_free", "ensure_resource_availability"}
"""What fits the document may still find the shelf empty; who may call what stands in api_permissions.csv."""
KEPT = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
AT_ONCE, PROVED = 3, 12
"""Examples for each call, with sense and without."""


@pytest.fixture
def databases(sqlite):
    """One database is enough for what is read and refused; what calls do is tested on both."""
    return sqlite


class Caller:
    """Somebody with a token, who tries one call after the other."""

    def __init__(self, shop, principal):
        self.world, self.made = World(shop), 0
        token = token_of(self.world, principal)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.rules = {FlaskPlugin.flaskpath2openapi(rule.rule): rule for _, rule in calls(shop)}
        self.document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", shop.app)

    def try_everything(self, examples):
        for found in self.document.get_all_operations():
            for mode in GenerationMode:
                self._try(found.ok(), mode, examples)

    def _try(self, operation, mode, examples):
        rule = self.rules[operation.path]

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), names_what_is_there=st.booleans())
        def go(case, names_what_is_there):
            self.made += 1
            if names_what_is_there and case.path_parameters and mode is GenerationMode.POSITIVE:
                case.path_parameters = dict(self.world.values(rule))
            case.call_and_validate(headers=self.headers, checks=KEPT)

        with contextlib.suppress(Unsatisfiable):  # a call without parameters cannot be made without sense
            go()


@pytest.mark.parametrize("principal", ["stranger", "owner"])
def test_calls_made_up_from_the_document_are_answered_as_it_says(open_shop, principal):
    begun = time.monotonic()
    caller = Caller(open_shop(rate_limits="off"), principal)
    caller.try_everything(AT_ONCE)
    sys.stdout.write(f"{principal}: {caller.made} calls in {time.monotonic() - begun:.0f} s\n")
    assert caller.made > 100


@pytest.mark.prove
@pytest.mark.parametrize("principal", [*PRINCIPALS, "owner"])
def test_many_more_of_them_as_everybody(open_shop, principal):
    begun = time.monotonic()
    caller = Caller(open_shop(rate_limits="off"), principal)
    caller.try_everything(PROVED)
    sys.stdout.write(f"{principal}: {caller.made} calls in {time.monotonic() - begun:.0f} s\n")
    assert caller.made > 500
