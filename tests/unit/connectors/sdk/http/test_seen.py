"""What tells that a list moved while it was read."""

from collections.abc import Sequence

import pytest

from connectors.sdk.http import Seen


@pytest.mark.parametrize(
    ("answers", "totals", "moved"),
    [
        (["ab", "c"], (), False),
        (["ab", "c"], ("3",), False),
        ([], ("0",), False),
        (["ab", "bc"], (), True),
        (["ab"], ("3",), True),
        (["ab", "c"], ("2", "3"), True),
    ],
)
def test_a_list_moved_where_some_came_twice_or_the_total_is_another(
    answers: Sequence[str], totals: Sequence[str], moved: bool
) -> None:
    seen = Seen()
    fresh = [seen.take(answer, str) for answer in answers]
    seen.totals |= set(totals)

    assert moved is seen.moved
    assert sorted(set("".join(answers))) == [each for some in fresh for each in some]
