from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from edge.backup.pruning import KEPT_IN_ANY_CASE, found_in, name_of, outlived, prune, time_in

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OURS, THEIRS = "0a1b2c3d", "deadbeef"

times = st.lists(
    st.timedeltas(timedelta(0), timedelta(days=40_000)).map(lambda age: EPOCH + age), unique=True
).map(lambda found: tuple(sorted(found, reverse=True)))


@given(times, st.integers(1, 20), st.integers(0, 400), st.datetimes(timezones=st.just(UTC)))
def test_who_goes(found: tuple[datetime, ...], keep: int, keep_days: int, now: datetime) -> None:
    """Never more than wanted are kept; the newest are, whatever the clock says."""
    now = now.replace(year=min(max(now.year, 1972), 2200), day=1)

    gone = outlived(found, keep=keep, keep_days=keep_days, now=now)

    kept = [at for at in found if at not in gone]
    assert len(kept) <= keep
    assert kept[: min(keep, KEPT_IN_ANY_CASE)] == list(found[: min(keep, KEPT_IN_ANY_CASE)])
    if keep_days:
        old = now - timedelta(days=keep_days)
        assert all(at >= old for at in kept[KEPT_IN_ANY_CASE:])
    else:
        assert len(kept) == min(keep, len(found))


def test_another_doors_backups_stay(tmp_path: Path) -> None:
    """Several doors share a folder; each removes its own, and nothing else that lies there."""
    for day in range(6):
        for installation in (OURS, THEIRS):
            (tmp_path / name_of(installation, NOW - timedelta(days=day))).mkdir()
    (tmp_path / "holiday pictures").mkdir()
    (tmp_path / f"backup-{OURS}-notes").mkdir()

    gone = prune(tmp_path, OURS, keep=2, keep_days=0, now=NOW)

    assert len(gone) == 4
    assert [time_in(path.name) for path in found_in(tmp_path, OURS)] == [
        NOW,
        NOW - timedelta(days=1),
    ]
    assert len(found_in(tmp_path, THEIRS)) == 6
    assert (tmp_path / "holiday pictures").exists()
    assert (tmp_path / f"backup-{OURS}-notes").exists()


def test_there_is_none_where_there_is_no_folder(tmp_path: Path) -> None:
    """Before the first one."""
    assert found_in(tmp_path / "nowhere", OURS) == ()


def test_a_clock_that_was_ahead_does_not_push_out_what_is_new(tmp_path: Path) -> None:
    """For a month everything was dated 2106; then it was set right, and backups go on as before."""
    ahead = NOW.replace(year=2106)
    for day in range(30):
        (tmp_path / name_of(OURS, ahead + timedelta(days=day))).mkdir()
        prune(tmp_path, OURS, keep=5, keep_days=30, now=ahead + timedelta(days=day))
    for day in range(8):
        now = NOW + timedelta(days=day)
        (tmp_path / name_of(OURS, now)).mkdir()
        prune(tmp_path, OURS, keep=5, keep_days=30, now=now)
        assert tmp_path / name_of(OURS, now) in found_in(tmp_path, OURS)
    assert {time_in(path.name).year for path in found_in(tmp_path, OURS)} == {NOW.year}
