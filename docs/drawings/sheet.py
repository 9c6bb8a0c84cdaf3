"""A sheet to draw wiring on: blocks with terminals, wires between them, parts across wires.

Coordinates are schemdraw's units, x to the right, y up; a part (resistor, diode, coil) is three
long.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import schemdraw
from schemdraw import elements as elm

Point = tuple[float, float]

STEP = 1.0
"""Between two terminals of a block."""


class Sheet:
    """One drawing; white paper, so that it can be read on a dark page, too."""

    def __init__(self) -> None:
        schemdraw.use("svg")
        schemdraw.svgconfig.text = "text"
        self._drawing = schemdraw.Drawing(show=False)
        self._drawing.config(fontsize=11, font="sans-serif", lw=1.4, bgcolor="white", margin=0.3)

    def block(
        self,
        title: str,
        at: Point,
        *,
        left: Sequence[str] = (),
        right: Sequence[str] = (),
        width: float = 3.6,
        fill: str = "#f2f5f7",
    ) -> dict[str, Point]:
        """Draw a box with its upper left corner *at*; return where its terminals are, by name."""
        x, y = at
        height = (max(len(left), len(right)) + 0.6) * STEP
        self._drawing += elm.Rect(
            corner1=(x, y), corner2=(x + width, y - height), fill=fill, lw=1.4
        ).at((0, 0))
        self.text(title, (x + width / 2, y + 0.25), bold=True)
        terminals: dict[str, Point] = {}
        for names, edge, align, inset in (
            (left, x, "left", 0.2),
            (right, x + width, "right", -0.2),
        ):
            for row, name in enumerate(names):
                place = (edge, y - (row + 0.8) * STEP)
                terminals[name] = place
                self._drawing += elm.Dot(open=True, radius=0.07).at(place)
                self.text(name, (edge + inset, place[1]), align=align)
        return terminals

    def wire(self, *points: Point, colour: str = "black", dashed: bool = False) -> None:
        """Draw a line through *points*."""
        for start, end in pairwise(points):
            self._drawing += elm.Line(ls="--" if dashed else "-", color=colour).at(start).to(end)

    def part(
        self,
        element: elm.Element2Term,
        start: Point,
        end: Point,
        label: str = "",
        *,
        above: bool = True,
    ) -> None:
        """Draw *element* between two points, its *label* above it or, standing, left of it."""
        placed = element.at(start).to(end)
        self._drawing += placed.label(label, loc="top" if above else "bottom", fontsize=10)

    def dot(self, at: Point) -> None:
        """Join wires."""
        self._drawing += elm.Dot(radius=0.08).at(at)

    def ground(self, at: Point) -> None:
        """Draw 0 V."""
        self._drawing += elm.Ground().at(at)

    def text(
        self, words: str, at: Point, *, align: str = "center", bold: bool = False, size: float = 10
    ) -> None:
        """Write *words*, centred on the line of *at*."""
        halign = {"left": "left", "center": "center", "right": "right"}[align]
        label = elm.Label().at(at)
        label.label(
            words,
            ofst=0,
            halign=halign,
            valign="center",
            fontsize=size + (1 if bold else 0),
            color="#111111" if bold else "#333333",
        )
        self._drawing += label
        # schemdraw guesses narrower letters than a browser draws, and would cut the sheet there.
        wide = 0.19 * max(len(line) for line in words.split("\n"))
        left = {"left": at[0], "center": at[0] - wide / 2, "right": at[0] - wide}[align]
        self._drawing += elm.Gap().at((left, at[1])).to((left + wide, at[1]))

    def svg(self) -> bytes:
        """Return the drawing."""
        return bytes(self._drawing.get_imagedata("svg"))
