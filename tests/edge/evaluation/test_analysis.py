import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from edge.domain import ModelId, QualityReason, fuse, normalized
from edge.errors import EvaluationError
from edge.evaluation.analysis import Questions, analyse
from edge.evaluation.dataset import Photo
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.measure import Measured
from edge.evaluation.plot import draw_det
from edge.evaluation.protocol import ListedPair
from edge.evaluation.report import Report
from edge.evaluation.subject import Sight
from edge.evaluation.tables import render
from edge.evaluation.templates import make_templates
from edge.similarity import Calibration

MODEL = ModelId("made-up", "0" * 64)
CALIBRATION = Calibration((-1.0, 0.5, 1.0), (0.0, -3.0, -9.0), "made up")
PEOPLE, PHOTOS = 12, 5


@pytest.fixture(scope="module")
def measured() -> dict[Photo, Measured]:
    """Twelve people around directions of their own, five photos each, the last ones poorer."""
    draw = np.random.default_rng(7)
    result = {}
    for person in range(PEOPLE):
        centre = draw.normal(size=32)
        for number in range(PHOTOS):
            noise = draw.normal(size=32) * (0.5 + 0.3 * number)
            poor = (QualityReason.LOW_SHARPNESS,) if number == PHOTOS - 1 else ()
            photo = Photo(f"person-{person:02}", Path(f"person-{person:02}_{number:04}.jpg"))
            result[photo] = Measured(
                Sight.FOUND,
                normalized((centre + noise).astype(np.float32), MODEL),
                1.0 - 0.2 * number,
                poor,
            )
    return result


def report_of(
    measured: dict[Photo, Measured],
    questions: Questions | None = None,
    exclusions: Exclusions | None = None,
) -> Report:
    """Return the analysis of *measured*."""
    return analyse(
        measured,
        model=MODEL,
        calibration=CALIBRATION,
        exclusions=exclusions or Exclusions(),
        questions=questions or Questions(),
    )


def test_all_pairs_of_all_photos_are_compared(measured: dict[Photo, Measured]) -> None:
    """With n photos of each of p people: p·n·(n−1)/2 genuine pairs, the rest impostors."""
    (comparison,) = report_of(measured).comparisons

    everything = PEOPLE * PHOTOS * (PEOPLE * PHOTOS - 1) // 2
    assert comparison.genuine == PEOPLE * PHOTOS * (PHOTOS - 1) // 2
    assert comparison.genuine + comparison.impostors == everything
    assert [row.target for row in comparison.rows] == [1e-2, 1e-3]  # 1,650 pairs: not 1e-4


def test_the_interval_of_a_row_holds_its_rate(measured: dict[Photo, Measured]) -> None:
    """Resampling the people moves the rate around what was seen."""
    row = report_of(measured).comparisons[0].rows[0]

    assert 0 < row.point.fnmr < 1
    assert row.interval.low < row.point.fnmr < row.interval.high
    assert row.similarity == CALIBRATION.similarity(row.point.threshold)


def test_fused_sets_and_good_photos_are_compared_besides(
    measured: dict[Photo, Measured],
) -> None:
    """Two sets of two photos a person, the fifth left over; four good photos a person."""
    report = report_of(measured, Questions(good_only=True, fused=2))

    sizes = {comparison.title: comparison.templates for comparison in report.comparisons}
    assert sizes == {
        "all photos": PEOPLE * 5,
        "photos of good quality": PEOPLE * 4,
        "sets of 2 photos, fused": PEOPLE * 2,
        "sets of 2 photos, fused, of good quality": PEOPLE * 2,
    }
    assert report.refusals.photos == PEOPLE
    assert report.refusals.reasons == ((QualityReason.LOW_SHARPNESS, PEOPLE),)


def test_fusing_brings_the_photos_of_a_person_together(measured: dict[Photo, Measured]) -> None:
    """Noise cancels, identity stays."""
    single, fused = report_of(measured, Questions(fused=2)).comparisons

    assert single.equal_error_rate is not None
    assert fused.equal_error_rate is not None
    assert fused.equal_error_rate < single.equal_error_rate


def test_fusing_weighs_photos_by_their_quality(measured: dict[Photo, Measured]) -> None:
    """The better photo counts more; photos without weight count alike."""
    (first, one), (second, other) = list(measured.items())[:2]
    assert one.embedding is not None
    assert other.embedding is not None
    worthless = Measured(Sight.FOUND, other.embedding, weight=0.0)

    fused = make_templates({first: one, second: worthless}, {first.person: 0}, fused=2)
    even = make_templates(
        {first: Measured(Sight.FOUND, one.embedding), second: worthless}, {first.person: 0}, fused=2
    )

    assert np.allclose(fused.vectors[0], one.embedding.vector, atol=1e-6)
    middle = fuse([one.embedding, other.embedding])
    assert np.allclose(even.vectors[0], middle.vector * middle.reach, atol=1e-6)


def test_what_is_left_out_is_counted_and_not_compared(measured: dict[Photo, Measured]) -> None:
    """A person, a photo, and a pair of people."""
    photo = next(photo for photo in measured if photo.person == "person-01")
    report = report_of(
        measured,
        exclusions=Exclusions(
            people=frozenset({"person-00"}),
            photos=frozenset({photo.name}),
            pairs=frozenset({("person-02", "person-03"), ("person-00", "person-04")}),
        ),
    )

    kept = PEOPLE * PHOTOS - PHOTOS - 1
    (comparison,) = report.comparisons
    assert (report.photos, report.people, report.excluded) == (kept, PEOPLE - 1, (PHOTOS + 1, 2))
    genuine = 10 * (PEOPLE - 2) + 6
    assert comparison.genuine == genuine
    assert comparison.impostors == kept * (kept - 1) // 2 - genuine - PHOTOS * PHOTOS


def test_failures_are_named(measured: dict[Photo, Measured]) -> None:
    """With what was seen instead."""
    failing = Photo("person-99", Path("person-99_0000.jpg"))

    report = report_of({**measured, failing: Measured(Sight.OFF_CENTRE)})

    assert [(each.photo, each.sight) for each in report.failures] == [
        ("person-99/person-99_0000.jpg", Sight.OFF_CENTRE)
    ]
    assert report.failure_interval.low < 1 / 61 < report.failure_interval.high


def test_listed_pairs_are_scored_from_the_same_vectors(measured: dict[Photo, Measured]) -> None:
    """The clean first photos are told apart without an error."""
    names = [f"person-{person:02}/person-{person:02}_000" for person in range(PEOPLE)]
    fold = tuple(
        pair
        for one, other in itertools.pairwise(names)
        for pair in (
            ListedPair(f"{one}0", f"{one}1", same=True),
            ListedPair(f"{one}0", f"{other}0", same=False),
        )
    )

    folds = report_of(measured, Questions(folds=(fold, fold))).folds

    assert folds is not None
    assert folds.mean > 0.9
    assert folds.without_face == 0


def test_one_person_alone_has_no_error_rates(measured: dict[Photo, Measured]) -> None:
    """Photos are still looked at; what cannot be known is left open."""
    alone = {photo: one for photo, one in measured.items() if photo.person == "person-00"}

    report = report_of(alone)

    (comparison,) = report.comparisons
    assert (comparison.genuine, comparison.impostors, comparison.rows) == (10, 0, ())
    assert "need two people" in shown(report)


def test_no_face_at_all_cannot_be_compared() -> None:
    """An empty result would look like a good one."""
    with pytest.raises(EvaluationError, match="nobody has"):
        report_of({Photo("a", Path("1.jpg")): Measured(Sight.NO_FACE)})


def shown(report: Report) -> str:
    """Return *report* as a terminal shows it."""
    console = Console(width=120)
    with console.capture() as capture:
        console.print(render(report))
    return capture.get()


def test_the_tables_show_exact_counts_and_say_how_intervals_are_made(
    measured: dict[Photo, Measured],
) -> None:
    """Figures that can be checked, in the standard's words."""
    report = report_of(measured, Questions(good_only=True))
    row = report.comparisons[0].rows[0]

    text = shown(report)

    assert "Nothing left out" in text
    assert "120 genuine, 1,650 impostor" in text
    assert f"{row.point.threshold:.4f}" in text
    assert f"{100 * row.point.fnmr:.3f}" in text
    assert "bootstrap over people" in text
    assert "Photos of good quality: 48 templates" in text


def test_long_lists_of_failures_are_cut_and_say_so() -> None:
    """A wrong folder must not scroll the figures away."""
    found = {
        Photo("a", Path(f"{n}.jpg")): Measured(
            Sight.FOUND, normalized(np.ones(4, np.float32), MODEL)
        )
        for n in range(2)
    }
    lost = {Photo("b", Path(f"{n}.jpg")): Measured(Sight.NO_FACE) for n in range(25)}

    text = shown(report_of({**found, **lost}))

    assert "b/9.jpg" not in text
    assert "… and 5 more" in text


def test_json_holds_the_whole_report(measured: dict[Photo, Measured]) -> None:
    """In types that JSON knows."""
    report = report_of(measured)

    back = json.loads(json.dumps(report.as_json(), allow_nan=False))

    row = report.comparisons[0].rows[0]
    point = back["comparisons"][0]["operating_points"][0]
    assert point["false_matches"] == row.point.false_matches
    assert point["fnmr"] == row.point.fnmr
    assert back["comparisons"][0]["impostor_pairs"] == 1650
    assert back["ten_fold"] is None


def test_the_det_curve_is_a_picture(measured: dict[Photo, Measured], tmp_path: Path) -> None:
    """A PNG file, by its first bytes."""
    path = tmp_path / "det.png"

    draw_det(report_of(measured, Questions(fused=2)).comparisons, path)

    assert path.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_remedy_is_told(
    measured: dict[Photo, Measured], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra of the package."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(EvaluationError, match=r"pip install 'ostiary\[report\]'"):
        draw_det(report_of(measured).comparisons, tmp_path / "det.png")


def test_without_pairs_there_is_no_curve(measured: dict[Photo, Measured], tmp_path: Path) -> None:
    """An empty picture would say that all is well."""
    alone = {photo: one for photo, one in measured.items() if photo.person == "person-00"}

    with pytest.raises(EvaluationError, match="no DET curve"):
        draw_det(report_of(alone).comparisons, tmp_path / "det.png")
