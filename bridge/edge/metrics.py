"""Counters and gauges as Prometheus reads them (text format 0.0.4). Small, for we need no more."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

GAUGES = (
    "backlog",
    "sending",
    "parked",
    "held",
    "waiting",
    "entries",
    "oldest_undelivered_seconds",
    "passwords",
    "passwords_parked",
)
"""Numbers of a target's status."""

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """What the edge counts by itself."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def answered(self, client: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self.requests[client, method, status] += 1
        self._sum += seconds
        self._seconds[bisect_left(BUCKETS, seconds)] += 1

    def lines(self) -> Iterable[str]:
        """The edge's own metrics."""
        yield "# TYPE scim_bridge_requests_total counter"
        for (client, method, status), count in sorted(self.requests.items()):
            labels = (("client", client), ("method", method), ("status", str(status)))
            yield _line("scim_bridge_requests_total", labels, count)
        yield "# TYPE scim_bridge_request_seconds histogram"
        total = 0
        for bucket, count in zip((*BUCKETS, float("inf")), self._seconds, strict=True):
            total += count
            le = "+Inf" if bucket == float("inf") else f"{bucket:g}"
            yield _line("scim_bridge_request_seconds_bucket", (("le", le),), total)
        yield _line("scim_bridge_request_seconds_sum", (), self._sum)
        yield _line("scim_bridge_request_seconds_count", (), total)


def of_targets(targets: Mapping[str, Mapping[str, object]]) -> Iterable[str]:
    """Gauges per target, from the status document; what is not a number is left out."""
    for name in GAUGES:
        yield f"# TYPE scim_bridge_target_{name} gauge"
        for target, status in sorted(targets.items()):
            value = status.get(name)
            if isinstance(value, int | float):
                yield _line(f"scim_bridge_target_{name}", (("target", target),), value)
    yield "# TYPE scim_bridge_target_open gauge"
    for target, status in sorted(targets.items()):
        yield _line("scim_bridge_target_open", (("target", target),), int(status.get("breaker") == "closed"))


def _line(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
    return f"{name}{{{inner}}} {value:g}" if inner else f"{name} {value:g}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
