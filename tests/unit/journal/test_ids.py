import uuid

from hypothesis import given
from hypothesis import strategies as st

from bridge.journal.ids import new_id

TIMES = st.integers(0, 2**48 - 1)


@given(TIMES)
def test_an_id_is_a_uuid_of_version_7_that_begins_with_its_time(now):
    made = uuid.UUID(new_id(now))

    assert (7, uuid.RFC_4122) == (made.version, made.variant)
    assert now == made.int >> 80
    assert str(made) == str(made).lower()


@given(TIMES, TIMES)
def test_ids_are_ordered_as_their_times(one, other):
    if one != other:
        assert (one < other) == (new_id(one) < new_id(other))


def test_ids_of_one_millisecond_differ():
    assert 10_000 == len({new_id(1) for _ in range(10_000)})
