"""The accuracy card that is published: of the embedder that doors use, and of nothing typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.access import measured
from edge.access.face_alone import MEASURED_UP_TO
from edge.evaluation.card.face_alone import module_text
from edge.evaluation.card.page import NOT_MEASURED, SECTIONS, Results, markdown, read
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY
from edge.vision.catalogue.sface import INT8
from edge.vision.models import ModelStore

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "accuracy.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results() -> Results:
    """What the page was made of."""
    return read(DOCS / "accuracy.json")


def test_the_page_is_what_its_results_say(results: Results) -> None:
    """Whoever types a figure into it is found out; `python bench/accuracy.py --write-only`."""
    assert markdown(results) == PAGE


def test_the_page_is_of_the_embedder_that_doors_use(results: Results, models: ModelStore) -> None:
    """Another embedder has another card: make accuracy LFW=FOLDER."""
    assert results.made.sha256 == models.embedder().model.digest == INT8.model.digest
    assert results.made.embedder == INT8.name
    assert results.promise is not None
    assert results.promise.provenance == INT8.calibration.provenance
    for point in results.promise.reached[0].points:
        assert point.cosine == pytest.approx(INT8.calibration.cosine(point.similarity))


def test_every_section_was_measured_or_is_named(results: Results) -> None:
    """Its day is told, or that there is none: nothing is left out in silence."""
    missing = {each.name for each in SECTIONS if getattr(results, each.name) is None}
    assert {*results.made.days} == {each.name for each in SECTIONS} - missing
    assert (NOT_MEASURED in PAGE) == bool(missing)


def test_the_pictures_are_there() -> None:
    """Each that the page shows."""
    for name in ("calibration", "det", "det-identification"):
        assert f"(pictures/{name}.svg)" in PAGE
        assert (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_what_is_said_of_a_face_alone_was_measured(results: Results) -> None:
    """The constants that doors and pages show are those of the card."""
    written = Path(str(measured.__file__)).read_text(encoding="utf-8")

    assert module_text(results) == written
    assert results.promise is not None
    assert results.promise.reached[0].at(MEASURED_UP_TO).ratio < 1.5


def test_the_promises_are_kept(results: Results) -> None:
    """What README and threat model build on; a card that breaks one must not pass unnoticed."""
    assert results.promise is not None
    assert results.identification is not None
    single, fused = results.promise.reached
    at = single.at(UNLOCK_SIMILARITY)
    assert at.seen.rate <= at.claimed_fmr
    assert fused.at(UNLOCK_SIMILARITY).ratio_per_people <= 1
    assert results.identification.of(1000, 1, 1).fpir.share <= TARGET_FPIR
    both = results.identification.of(1000, 3, 3)
    assert both.fpir.share <= TARGET_FPIR
    assert both.fnir.share <= 0.005


def test_other_pages_tell_the_same(results: Results) -> None:
    """What the sheet of an impact assessment says of misses is what was measured."""
    assert results.identification is not None
    missed = results.identification.of(1000, 3, 3).fnir.share
    told = f"about {100 * missed:.1f} % of attempts with three photos enrolled and three shown"
    assert told in (DOCS / "privacy.md").read_text(encoding="utf-8")
