"""The guard of every test: no query compares with None without saying so."""

import pytest

from store.payments.models import StripeSession


def test_a_column_compared_with_nothing_by_accident_fails_the_test():
    nothing = None
    with pytest.raises(AssertionError, match="stripe_id == None would find every row without one"):
        _ = StripeSession.stripe_id == nothing
    assert str(StripeSession.stripe_id.is_(nothing)) == "stripe_session.stripe_id IS NULL"
