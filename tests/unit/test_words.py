from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from store.money import Money
from store.web.words import day, day_and_time, teach, when

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("moment", "clock", "date"),
    [
        (datetime(2026, 12, 5, 2, 14, tzinfo=UTC), "9:14 pm ET", "Friday 4 December"),
        (datetime(2026, 7, 4, 4, 0, tzinfo=UTC), "12:00 am ET", "Saturday 4 July"),
        (datetime(2026, 7, 4, 16, 0, tzinfo=UTC), "12:00 pm ET", "Saturday 4 July"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "11:59 pm ET", "Thursday 31 December"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "1:30 am ET", "Sunday 1 November"),  # the hour that comes twice
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "1:30 am ET", "Sunday 1 November"),
    ],
)
def test_moments_are_told_in_the_shops_own_zone_which_is_named(moment, clock, date):
    assert (when(moment, NEW_YORK), day(moment, NEW_YORK)) == (clock, date)


def test_a_moment_with_its_date_names_the_year():
    assert day_and_time(datetime(2026, 12, 5, 2, 14, tzinfo=UTC), NEW_YORK) == "4 December 2026, 9:14 pm ET"


def test_templates_know_the_words():
    environment = Environment(autoescape=True)
    teach(environment, NEW_YORK)
    moment, price = datetime(2026, 12, 5, 2, 14, tzinfo=UTC), Money(3400, "usd")
    page = "{{ p|money }} {{ p|price }} {{ m|when }} {{ m|date }} {{ m|datetime }}"
    assert environment.from_string(page).render(m=moment, p=price) == (
        "$34.00 $34 9:14 pm ET Friday 4 December 4 December 2026, 9:14 pm ET"
    )
