"""Places and values as a person reads them; what may be a secret is not shown."""

import pytest

from bridge.settings.places import dotted, shown


def test_a_place_is_written_as_toml_writes_it() -> None:
    assert 'targets.corp."a b".urls[1]' == dotted(("targets", "corp", "a b", "urls", 1))


@pytest.mark.parametrize(
    ("keys", "value", "expected"),
    [
        (("a",), "x", '"x"'),
        (("a",), True, "true"),
        (("a",), 3, "3"),
        (("a",), ["x", 1], '["x", 1]'),
        (("a",), {"x": 1}, None),
        (("a",), None, None),
        (("bind_password",), "hunter2", None),
        (("headers", "Authorization"), "Bearer x", None),
        (("tokens", 0), "hunter2", None),
        (("journal", "key"), 5, None),
        (("headers", "X-Api-Key"), "hunter2", None),
        (("users", "key"), "login", '"login"'),
        (("bind_password",), "env:PW", '"env:PW"'),
    ],
)
def test_values(keys: tuple[str | int, ...], value: object, expected: str | None) -> None:
    assert expected == shown(keys, value)


def test_a_long_value_is_cut() -> None:
    text = shown(("a",), "x" * 200)

    assert text is not None
    assert 80 == len(text)
