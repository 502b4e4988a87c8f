from bridge.edge.stamps import etag, timestamp


def test_a_version_is_a_weak_tag() -> None:
    assert 'W/"7"' == etag(7)


def test_a_moment_keeps_its_milliseconds() -> None:
    assert "2023-11-14T22:13:20.007Z" == timestamp(1_700_000_000_007)
