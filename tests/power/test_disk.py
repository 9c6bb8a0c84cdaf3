"""A disk that lies keeps what it promised, and nothing can be relied on but that."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.power.disk import ROOT, Cut, Image, Made, Named, Step, Synced, Written, cut

FILE = 1
EMPTY = Image({}, {ROOT: {}})
BORN: tuple[Step, ...] = (Made(FILE, folder=False), Named(((ROOT, "file", FILE),)))

cuts = st.sampled_from(Cut)
chances = st.integers(0, 2**32).map(random.Random)
contents = st.binary(min_size=1, max_size=3000)


def left(image: Image) -> dict[str, bytes | None]:
    """Return what is found by name."""
    return dict(image.under())


@given(cuts, chances, contents, contents)
def test_what_was_synced_is_left(
    how: Cut, chance: random.Random, content: bytes, later: bytes
) -> None:
    """Whatever is written behind it and not synced."""
    steps = (*BORN, Written(FILE, 0, content), Synced(FILE), Synced(ROOT))
    steps += (Written(FILE, len(content), later),)

    found = left(cut(EMPTY, steps, how, chance))["file"]

    assert found is not None
    assert found.startswith(content)


@given(cuts, chances, contents)
def test_a_synced_file_without_a_synced_name_may_be_gone(
    how: Cut, chance: random.Random, content: bytes
) -> None:
    """It is there whole or not at all."""
    steps = (*BORN, Written(FILE, 0, content), Synced(FILE))

    found = left(cut(EMPTY, steps, how, chance))

    assert found in ({"file": content}, {})
    if how is Cut.NOTHING:
        assert not found


@given(chances, contents)
def test_nothing_is_lost_where_all_is_left(chance: random.Random, content: bytes) -> None:
    """As after the end of a process, which the disk does not notice."""
    steps = (*BORN, Written(FILE, 0, content))

    assert left(cut(EMPTY, steps, Cut.ALL, chance)) == {"file": content}


@given(cuts, chances)
def test_a_rename_is_one_step(how: Cut, chance: random.Random) -> None:
    """One name or the other, never none, never both."""
    before = Image({FILE: b"content"}, {ROOT: {"old": FILE}})
    steps = (Named(((ROOT, "old", None), (ROOT, "new", FILE))),)

    assert left(cut(before, steps, how, chance)) in ({"old": b"content"}, {"new": b"content"})


def test_a_journal_keeps_the_order() -> None:
    """What came later is never there without what came before it; elsewhere it may be."""
    before = Image({1: b"", 2: b""}, {ROOT: {"first": 1, "second": 2}})
    steps = (Written(1, 0, b"1"), Written(2, 0, b"2"))

    def seen(how: Cut) -> set[tuple[bytes | None, bytes | None]]:
        images = (left(cut(before, steps, how, random.Random(seed))) for seed in range(200))
        return {(image["first"], image["second"]) for image in images}

    assert (b"", b"2") not in seen(Cut.JOURNAL)
    assert seen(Cut.JOURNAL) >= {(b"", b""), (b"1", b""), (b"1", b"2")}
    assert (b"", b"2") in seen(Cut.ANY)


def test_a_write_is_torn_at_any_byte() -> None:
    """By whole sectors, and within one; its length may be there without its bytes."""
    before = Image({FILE: b""}, {ROOT: {"file": FILE}})
    steps = (Written(FILE, 0, b"x" * 2048),)

    found = {left(cut(before, steps, Cut.ANY, random.Random(seed)))["file"] for seed in range(300)}

    assert any(each and each.count(b"x") % 512 for each in found)
    assert any(each and each.endswith(b"\0") for each in found)
    assert any(each and b"x\0" in each and each.endswith(b"x") for each in found)
    assert {b"", b"x" * 2048} <= found


def test_what_is_left_is_laid_out(tmp_path: Path) -> None:
    """Folders in folders, files with their bytes."""
    image = Image({2: b"deep"}, {ROOT: {"folder": 1}, 1: {"file": 2}})

    image.lay_out(tmp_path)

    assert (tmp_path / "folder" / "file").read_bytes() == b"deep"
