"""Edges become frames; noise costs a frame, and never makes one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.readers import KNOWN_FORMATS, Bits, Card
from edge.readers.frames import BOUNCE_NS, GAP_NS, FrameAssembler, WiegandFrame

FORM = KNOWN_FORMATS["26"]
BITS = FORM.encode(Card(4711, 12))
MS = 1_000_000


def edges(bits: Bits, *, start: int = 0, interval: int = 2 * MS) -> list[tuple[int, int]]:
    """Return the falling edges of *bits*: line and nanoseconds."""
    return [(bit, start + place * interval) for place, bit in enumerate(bits)]


def frames(assembler: FrameAssembler, sent: list[tuple[int, int]]) -> list[Bits]:
    """Return the frames that come of edges and the silence after them."""
    found = [assembler.edge(bit, at) for bit, at in sent]
    if sent:
        found.append(assembler.end(max(at for _, at in sent) + GAP_NS))
    return [frame.bits for frame in found if frame is not None]


@pytest.mark.parametrize("interval", [200_000, 1 * MS, 2 * MS, 20 * MS])
def test_a_frame_is_read_at_every_speed_of_the_standard(interval: int) -> None:
    """From 200 µs to 20 ms between pulses."""
    assembler = FrameAssembler()

    assert frames(assembler, edges(BITS, interval=interval)) == [BITS]
    assert assembler.counts.frames == 1


def test_frames_are_divided_by_silence() -> None:
    """The next one's first edge ends the one before, though nobody looked in between."""
    second = FORM.encode(Card(815, 12))
    sent = edges(BITS) + edges(second, start=26 * 2 * MS + GAP_NS)

    assert frames(FrameAssembler(), sent) == [BITS, second]


def test_a_frame_does_not_end_early() -> None:
    """Before the silence is long enough there is none, and it tells when there will be."""
    assembler = FrameAssembler()
    assert assembler.deadline_ns is None
    for bit, at in edges(BITS):
        assert assembler.edge(bit, at) is None

    last = 25 * 2 * MS
    assert assembler.deadline_ns == last + GAP_NS
    assert assembler.end(last + GAP_NS - 1) is None
    assert assembler.end(last + GAP_NS) == WiegandFrame(BITS, last)
    assert assembler.end(last + 2 * GAP_NS) is None


def test_a_pulse_that_rings_is_one_pulse() -> None:
    """A long cable answers every edge with some of its own."""
    sent = [(bit, at + ring) for bit, at in edges(BITS) for ring in (0, 20_000, 60_000)]
    assembler = FrameAssembler()

    assert frames(assembler, sent) == [BITS]
    assert assembler.counts.bounces == 2 * 26


def test_both_lines_at_once_are_no_bit() -> None:
    """Interference hits both wires of a cable; a frame that it hit is dropped, the next is read."""
    sent = edges(BITS)
    sent.insert(10, (1 - sent[9][0], sent[9][1] + 5_000))
    assembler = FrameAssembler()

    assert frames(assembler, sent) == []
    assert assembler.counts.collisions == 1
    assert frames(assembler, edges(BITS, start=10**9)) == [BITS]


def test_a_frame_with_lost_edges_is_dropped() -> None:
    """The kernel says when its queue ran over; a shorter frame could be another card."""
    assembler = FrameAssembler()
    sent = edges(BITS)
    for bit, at in sent[:10]:
        assembler.edge(bit, at)
    assembler.lost()

    assert frames(assembler, sent[12:]) == []
    assert assembler.counts.collisions == 1


def test_a_line_that_oscillates_costs_no_memory() -> None:
    """Ten thousand pulses are no card; the first card afterwards is one."""
    assembler = FrameAssembler()
    sent = [(0, place * MS) for place in range(10_000)]

    assert frames(assembler, sent) == []
    assert assembler.counts.overlong == 1
    assert frames(assembler, edges(BITS, start=10**11)) == [BITS]


NOISE = some.lists(some.tuples(some.integers(0, 1), some.integers(0, 200 * MS)), max_size=60)


@settings(deadline=None)
@given(NOISE)
def test_any_edges_give_no_more_bits_than_there_were(noise: list[tuple[int, int]]) -> None:
    """Every bit of every frame was an edge; nothing is raised, whatever the times."""
    found = frames(FrameAssembler(), noise)

    assert sum(frame.length for frame in found) <= len(noise)


@settings(deadline=None)
@given(some.integers(0, 25), some.integers(-BOUNCE_NS + 1, BOUNCE_NS - 1), some.integers(0, 1))
def test_one_stray_edge_near_a_pulse_never_makes_another_card(
    place: int, offset: int, line: int
) -> None:
    """It is passed over, or costs the frame."""
    sent = edges(BITS)
    stray = (line, sent[place][1] + offset)
    sent = sorted([*sent, stray], key=lambda edge: edge[1])

    assert frames(FrameAssembler(), sent) in ([], [BITS])
