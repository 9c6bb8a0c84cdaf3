"""The accuracy card that is published: of the embedder that doors use, and of nothing typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.access.face_alone import FNMR_MEASURED, MEASURED_FLOOR, MEASURED_UP_TO
from edge.evaluation.card.page import SECTIONS, Results, markdown, read
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


def test_every_section_was_measured(results: Results) -> None:
    """And its day is told."""
    assert all(getattr(results, section.name) is not None for section in SECTIONS)
    assert {*results.made.days} >= {section.name for section in SECTIONS}


def test_the_pictures_are_there() -> None:
    """Each that the page shows."""
    for name in ("calibration", "det", "det-identification"):
        assert f"(pictures/{name}.svg)" in PAGE
        assert (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_what_is_said_of_a_face_alone_was_measured(results: Results) -> None:
    """The constants that doors and pages show are those of the card."""
    assert results.fusing is not None
    assert results.promise is not None
    fused = results.fusing.way(3, 3).rates
    for similarity, missed in FNMR_MEASURED:
        found = fused.reaching(similarity)
        assert found is not None
        assert missed == pytest.approx(found.observed.fnmr, abs=5e-6)
    last = results.promise.reached[0].at(MEASURED_UP_TO)
    assert pytest.approx(last.seen.rate, rel=0.03) == MEASURED_FLOOR
    assert last.ratio < 1.5


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
