"""How long somebody stays signed in."""

from datetime import UTC, datetime, timedelta

import pytest

from store.members.models import MemberSession
from store.members.sessions import device_of, is_alive

BEGUN = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def alive(after, *, unused_for=timedelta(), staff=False, signed_in=True):
    """Whether a session begun `after` ago, last used `unused_for` ago, still opens anything."""
    now = BEGUN + after
    row = MemberSession(
        member_id=7 if signed_in else None, data={"staff": staff}, created_at=BEGUN, seen_at=now - unused_for
    )
    return is_alive(row, now)


@pytest.mark.parametrize(
    ("staff", "longest", "idle"),
    [(False, timedelta(days=30), timedelta(days=14)), (True, timedelta(hours=12), timedelta(minutes=15))],
)
def test_a_session_ends_by_its_age_and_by_not_being_used(staff, longest, idle):
    assert alive(longest - SECOND, staff=staff)
    assert not alive(longest, staff=staff)
    assert alive(idle, unused_for=idle - SECOND, staff=staff)
    assert not alive(idle, unused_for=idle, staff=staff)


def test_whoever_typed_a_password_has_ten_minutes_for_the_code():
    assert alive(timedelta(minutes=10) - SECOND, signed_in=False)
    assert not alive(timedelta(minutes=10), signed_in=False)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Mac"),
        ("curl/8.5", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_device_is_named_so_that_its_owner_knows_it(agent, device):
    assert device_of(agent) == device
