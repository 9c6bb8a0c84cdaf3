"""The card is written of what was measured, to the last figure, and nothing is typed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.domain import ModelId, QualityReason, normalized
from edge.errors import EvaluationError
from edge.evaluation.calibration import fit_calibration
from edge.evaluation.card import fusing, gate, identification, promise, verification
from edge.evaluation.card.made import Made
from edge.evaluation.card.material import Material
from edge.evaluation.card.page import NOT_MEASURED, SECTIONS, Results, markdown, read, to_text
from edge.evaluation.card.pictures import draw
from edge.evaluation.card.words import count, flowed, percent, table
from edge.evaluation.dataset import Photo
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.measure import Measured
from edge.evaluation.open_set import Setting
from edge.evaluation.pairs import compare_all
from edge.evaluation.protocol import ListedPair
from edge.evaluation.subject import Sight
from edge.evaluation.templates import make_templates

MODEL = ModelId("made-up", "5ha256" * 8)
PEOPLE, ALONE = 90, 40


@pytest.fixture(scope="module")
def material() -> Material:
    """Ninety people with eleven photos each, forty with one, and a photo without a face."""
    chance = np.random.default_rng(11)
    measured = {Photo("nobody", Path("nobody_0001.jpg")): Measured(Sight.NO_FACE)}
    for person in range(PEOPLE + ALONE):
        centre = chance.normal(size=40)
        name = f"person{person:03}"
        for number in range(11 if person < PEOPLE else 1):
            vector = (centre + 1.3 * chance.normal(size=40)).astype(np.float32)
            poor = (QualityReason.EXTREME_POSE,) if number == 10 else ()
            photo = Photo(name, Path(f"{name}_{number:04}.jpg"))
            measured[photo] = Measured(Sight.FOUND, normalized(vector, MODEL), 1.0, poor)
    numbers = {name: at for at, name in enumerate(sorted({photo.person for photo in measured}))}
    impostors = compare_all(make_templates(measured, numbers)).impostors
    fold = (
        ListedPair("person000/person000_0000", "person000/person000_0001", same=True),
        ListedPair("person000/person000_0000", "person001/person001_0000", same=False),
    )
    return Material(
        measured=measured,
        model=MODEL,
        calibration=fit_calibration(impostors, provenance="these very people"),
        exclusions=Exclusions(pairs=frozenset({("person000", "person001")})),
        folds=(fold, fold),
        load=lambda: pytest.fail("everything was measured"),
        jobs=1,
        cache=None,
    )


@pytest.fixture(scope="module")
def results(material: Material) -> Results:
    """Everything measured, with smaller galleries."""
    return Results(
        made=Made(
            collection="Made-up people",
            photos=len(material.measured),
            people=len(material.people),
            embedder=MODEL.name,
            sha256=MODEL.digest,
            command="make accuracy LFW=FOLDER",
            machine="a machine",
            python="3.11",
            days={"verification": "2026-11-25"},
        ),
        verification=verification.measured(material),
        fusing=fusing.measured(material),
        identification=identification.measured(
            material, [Setting(50, enrolled, shown) for enrolled, shown in ((1, 1), (3, 3))]
        ),
        promise=promise.measured(material, splits=2),
        gate=gate.measured(material),
    )


def test_the_head_says_of_what_when_and_how(results: Results) -> None:
    """Collection, size, embedder and its digest, command, machine and day."""
    page = " ".join(markdown(results).split())

    for told in ("Made-up people", "1,031 photos", "131 people", MODEL.digest, "on 2026-11-25"):
        assert told in page
    made = replace(results.made, days={"fusing": "2026-11-26", "gate": "2026-11-25"})
    page = " ".join(markdown(replace(results, made=made)).split())
    assert "from 2026-11-25 to 2026-11-26" in page
    assert "fusing 2026-11-26" in page


def test_every_section_tells_its_own_figures(results: Results) -> None:
    """Each count and rate of the results is on the page as it is."""
    page = markdown(results)

    assert results.verification is not None
    for rates in (results.verification.everything, results.verification.listed):
        assert count(rates.impostors) in page
        for row in rates.rows:
            assert f"| {row.point.threshold:.4f} | {row.similarity:.2f} % |" in page
            assert percent(row.point.fnmr, 3) in page
    assert results.fusing is not None
    for way in results.fusing.ways:
        assert f"| {way.enrolled}, {way.shown} | {count(way.rates.genuine)}, " in page
    assert results.identification is not None
    for one in (*results.identification.settings, *results.identification.listed):
        assert f"| {one.threshold:.2f} % | {percent(one.fpir.share)} |" in page
        assert f"**{percent(one.fnir.share)}**" in page
    assert results.promise is not None
    for reached in (*results.promise.reached, results.promise.listed):
        for point in reached.points:
            assert f"| {count(point.seen.events)} | {count(point.seen.people)} |" in page
    assert results.gate is not None
    page = " ".join(page.split())
    assert f"at {count(PEOPLE)}, " in page  # one poor photo of each
    assert f"extreme pose {PEOPLE}" in page


def test_another_result_makes_another_page(results: Results) -> None:
    """No figure is typed: a broken promise is told as one."""
    assert results.promise is not None
    single = results.promise.reached[0]
    at = single.at(99.0)
    worse = replace(at, seen=replace(at.seen, events=at.seen.pairs // 1000))
    points = tuple(worse if one is at else one for one in single.points)
    broken = replace(
        results.promise, reached=(replace(single, points=points), *results.promise.reached[1:])
    )

    page = markdown(replace(results, promise=broken))

    assert "At 99 % the promise is kept" in " ".join(markdown(results).split())
    assert "At 99 % the promise is broken" in " ".join(page.split())
    told = f"**: {count(worse.seen.events)} of {count(at.seen.pairs)} pairs"
    assert told in " ".join(page.split())


def test_a_section_that_was_not_measured_is_named_and_not_shown(results: Results) -> None:
    """Rather than empty, or forgotten."""
    page = markdown(replace(results, gate=None, promise=None))

    assert "The quality gate" not in page
    assert f"{NOT_MEASURED} promise, gate" in " ".join(page.split())
    assert "What the similarity promises" not in page
    assert "One photo against one" in page


def test_every_table_is_whole(results: Results) -> None:
    """So many cells in each row as there are headings."""
    for block in re.findall(r"(?:^\|.*\|\n)+", markdown(results), re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        table(("a", "b"), [("1",)])


def test_results_come_back_from_their_file(results: Results, tmp_path: Path) -> None:
    """The page can be written anew without measuring anything."""
    path = tmp_path / "accuracy.json"
    path.write_text(to_text(results), encoding="utf-8")

    assert read(path) == results
    assert markdown(read(path)) == markdown(results)


@pytest.mark.parametrize("content", ["", "{}", '{"made": 1}'])
def test_a_file_that_holds_no_results_is_refused_with_a_remedy(
    tmp_path: Path, content: str
) -> None:
    """As is one of an earlier form."""
    path = tmp_path / "accuracy.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(EvaluationError, match="make accuracy"):
        read(path)


def test_every_section_has_a_place_in_the_results() -> None:
    """A section of another name would never be shown."""
    assert {section.name for section in SECTIONS} <= {*Results.__dataclass_fields__}


def test_the_pictures_are_the_same_for_the_same_results(results: Results, tmp_path: Path) -> None:
    """So that a page that is written anew changes nothing."""
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()

    drawn = draw(results, first)
    again = draw(results, second)

    assert [path.name for path in drawn] == [
        "calibration.svg", "det.svg", "det-identification.svg",
    ]  # fmt: skip
    assert [path.read_bytes() for path in drawn] == [path.read_bytes() for path in again]
    for path in drawn:
        assert f"(pictures/{path.name})" in markdown(results)


def test_prose_flows_and_all_else_stays() -> None:
    """Tables, code, headings and pictures are as they were; lines of prose are as long as can be."""
    words = " ".join(["figure"] * 40)
    kept = "# Heading\n\n```console\n$ a\n\n  b\n```\n\n| a | b |\n| --- | --- |\n\n![x](y.svg)"
    text = f"{kept}\n\n* {words}\n* {words}\n\n{words}\nshort\nlines\n"

    found = flowed(text)

    assert found.startswith(kept)
    assert found.split() == text.split()
    prose = found.removeprefix(kept)
    assert max(map(len, prose.splitlines())) <= 120
    assert prose.count("\n* ") == 2
    assert prose.endswith("figure short lines\n")
    assert flowed(found) == found
