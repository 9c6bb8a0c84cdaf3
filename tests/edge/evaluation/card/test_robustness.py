from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from edge.evaluation.card import by_group, robustness
from edge.evaluation.card.made import Made
from edge.evaluation.card.material import Material
from edge.evaluation.card.page import Results, markdown, read, to_text
from edge.evaluation.dataset import read_dataset
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.measure import measure_photo
from edge.evaluation.robustness.kinds import KINDS, UNCHANGED
from edge.evaluation.robustness.trial import Robustness
from edge.evaluation.subject import FacePolicy
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


@pytest.fixture(scope="module")
def material(recognizer: Recognizer, models: ModelStore, people: Path) -> Material:
    """Two people and an empty scene, as every section gets them."""
    photos = read_dataset(people)
    return Material(
        measured={photo: measure_photo(recognizer, photo, FacePolicy.NEAREST) for photo in photos},
        model=recognizer.model,
        calibration=recognizer.calibration,
        exclusions=Exclusions(),
        folds=(),
        load=partial(Recognizer.load, models),
        jobs=1,
        cache=None,
    )


@pytest.fixture(scope="module")
def found(material: Material) -> Robustness:
    """What every kind of poor picture does to the two of them."""
    return robustness.measured(material)


def test_everybody_with_two_photos_is_spoilt_in_every_way(found: Robustness) -> None:
    """Against all who are enrolled; unspoilt, both are themselves and nobody else."""
    assert (found.people, found.enrolled, len(found.kinds)) == (2, 2, len(KINDS))
    plain = found.kinds[0]
    assert plain.name == UNCHANGED.name
    assert (plain.not_found.events, plain.missed.events, plain.strangers.events) == (0, 0, 0)
    assert (plain.missed.trials, plain.strangers.trials) == (2, 2)


def test_the_sections_come_back_from_the_file_of_results(
    found: Robustness, material: Material, tmp_path: Path
) -> None:
    """And are on the page, every kind by its name."""
    made = Made(
        collection="two people", photos=10, people=3, embedder="sface-int8", sha256="0" * 64,
        command="make accuracy", machine="x86_64", python="3.11", days={"robustness": "2026-11-25"},
    )  # fmt: skip
    results = Results(made=made, robustness=found, by_group=by_group.measured(material))
    path = tmp_path / "results.json"
    path.write_text(to_text(results), encoding="utf-8")

    back = read(path)

    assert back == results
    assert all(f"| {kind.name} |" in markdown(back) for kind in KINDS)
    assert "## By group of people" in markdown(back)
    assert "## Poor pictures" not in markdown(replace(results, robustness=None))


def test_the_page_claims_nothing_about_groups(material: Material) -> None:
    """Nobody is labelled; how a site finds out is told, with how many people it takes."""
    text = by_group.markdown(by_group.measured(material))

    assert "**Unknown.** Of 3 people 0 are labelled" in text
    assert "ostiary evaluate --own" in text
    assert "300,000 pairs of strangers, 775 people" in text
