"""Comparisons in these helpers are shown like those of tests."""

import pytest

pytest.register_assert_rewrite("tests.properties.oracle", "tests.properties.world")
