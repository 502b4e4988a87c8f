"""Sizes, durations and limits as people write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.amounts import Limit, parse_duration, parse_limit, parse_size
from bridge.settings.faults import Wrong


@pytest.mark.parametrize(
    ("written", "expected"),
    [(1, 1), ("1", 1), ("64KiB", 65536), ("1MiB", 1048576), ("1 mib", 1048576), ("1.5KiB", 1536), ("2GB", 2 * 10**9)],
)
def test_a_size_is_read(written: object, expected: int) -> None:
    assert expected == parse_size(written)


@pytest.mark.parametrize("written", ["", "MiB", "1Mi", "-1", "0", 0, -1, True, None, 1.5, "1MiB2", "1e3", "٣KiB"])
def test_what_is_no_size_is_refused_with_a_remedy(written: object) -> None:
    with pytest.raises(Wrong) as wrong:
        parse_size(written)

    assert "1MiB" in wrong.value.remedy


@pytest.mark.parametrize(
    ("written", "expected"),
    [(10, 10.0), (0.5, 0.5), ("500ms", 0.5), ("10s", 10.0), ("5m", 300.0), ("2h", 7200.0), ("30d", 2592000.0)],
)
def test_a_duration_is_read(written: object, expected: float) -> None:
    assert expected == parse_duration(written)


@pytest.mark.parametrize("written", ["", "10", "10x", 0, -1, True, float("inf"), float("nan"), None, "10 S", "1M"])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(Wrong):
        parse_duration(written)


@pytest.mark.parametrize(
    ("written", "whole", "expected"),
    [(0, 1000, 0), (7, 1000, 7), ("5%", 1000, 50), ("5%", 10, 5), ("100%", 40, 40), ("0.5%", 10_000, 50)],
)
def test_a_limit_is_a_number_or_a_share(written: object, whole: int, expected: int) -> None:
    assert expected == parse_limit(written, 5).of(whole)


def test_the_default_limit_has_a_floor_and_a_ceiling() -> None:
    limit = Limit(5, 0.05, 500)

    assert [5, 50, 500] == [limit.of(whole) for whole in (10, 1_000, 100_000)]


@pytest.mark.parametrize("written", ["101%", "-1%", "5", "x", -1, True, None, "%", 1.5])
def test_what_is_no_limit_is_refused(written: object) -> None:
    with pytest.raises(Wrong):
        parse_limit(written, 5)


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.none())
def test_anything_else_is_refused_and_never_fails_otherwise(written: object) -> None:
    for parse in (parse_size, parse_duration, lambda w: parse_limit(w, 5)):
        with contextlib.suppress(Wrong):
            assert parse(written)
