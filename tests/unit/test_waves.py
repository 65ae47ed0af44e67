"""How sound is drawn and counted."""

import pytest

from store.media.waves import clock, path, peaks


def test_the_loudest_part_is_a_hundred_and_the_others_are_of_it():
    bars = peaks([0, 0] * 45 + [200, -400] * 44 + [-800, 100])
    assert len(bars) == 90
    assert (bars[0], bars[50], max(bars)) == (0, 50, 100)


def test_a_part_that_only_falls_is_as_loud_as_one_that_only_rises():
    assert peaks([-500] * 90) == peaks([500] * 90) == [100] * 90


@pytest.mark.parametrize("samples", [[], [0] * 90, [0, 0, 0]])
def test_silence_is_silent(samples):
    assert peaks(samples) == [0] * 90


def test_fewer_samples_than_bars_leave_gaps_and_no_fault():
    assert peaks([7]) == [0] * 89 + [100]


def test_a_wave_is_one_stroke_a_bar_around_the_middle_and_silence_is_still_seen():
    assert path([100, 50, 0]) == "M0.5 0v40M1.5 10v20M2.5 19v2"


def test_a_wave_of_ninety_bars_is_light():
    assert len(path([100] * 90)) < 1000


@pytest.mark.parametrize(("seconds", "written"), [(0, "0:00"), (59, "0:59"), (187, "3:07"), (7260, "121:00")])
def test_lengths_are_written_as_on_a_sleeve(seconds, written):
    assert clock(seconds) == written
