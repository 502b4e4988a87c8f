"""Rounds: what was broken off goes on, a failure names its seed, sums are of all."""

from pathlib import Path

import pytest

from tests.soak.rounds import Failed, Figures, Part, main


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def part(seeds: list[int], dies_at: int | None = None) -> Part:
    def one(seed: int) -> Figures:
        if seed == dies_at:
            raise KeyboardInterrupt
        seeds.append(seed)
        return {"kills": 40, "most_seconds": seed}

    return Part("kill", 4, one)


def test_a_part_runs_its_rounds_and_tells_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    seeds: list[int] = []

    assert main(part(seeds), []) == 0
    assert seeds == [1, 2, 3, 4]
    assert "4 rounds: kills 160, most seconds 4" in capsys.readouterr().out


def test_what_was_broken_off_goes_on_after_the_last_round_that_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        main(part([], dies_at=3), [])
    seeds: list[int] = []

    assert main(part(seeds), ["--resume"]) == 0
    assert seeds == [3, 4]
    assert "4 rounds: kills 160" in capsys.readouterr().out


def test_without_resume_it_begins_anew() -> None:
    seeds: list[int] = []
    main(part(seeds), ["--count", "2"])
    main(part(seeds), ["--seed", "2", "--count", "1"])

    assert seeds == [1, 2, 2]


def test_a_failure_ends_it_and_names_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    def one(seed: int) -> Figures:
        raise Failed([f"lost {seed}"])

    assert main(Part("kill", 4, one), ["--seed", "7"]) == 1
    assert "SEED=7 COUNT=1" in (told := capsys.readouterr().out)
    assert "lost 7" in told
