from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Vector
from edge.errors import EvaluationError
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.protocol import (
    NOT_COMPARED,
    ListedPair,
    _best_threshold,
    fold_accuracy,
    read_pairs,
    stem_of,
    without,
)

LIST = "2\t1\nAnn\t1\t2\nAnn\t1\tBea Bird\t11\nBea Bird\t1\t2\nBea Bird\t2\tAnn\t2\n"


def test_a_list_is_read_into_its_sets(tmp_path: Path) -> None:
    """Three columns are one person, four are two; numbers have four digits in file names."""
    path = tmp_path / "pairs.txt"
    path.write_text(LIST)

    folds = read_pairs(path)

    assert folds[0] == (
        ListedPair("Ann/Ann_0001", "Ann/Ann_0002", same=True),
        ListedPair("Ann/Ann_0001", "Bea Bird/Bea Bird_0011", same=False),
    )
    assert len(folds) == 2


@pytest.mark.parametrize("text", ["", "2\t1\nAnn\t1\t2\n", "1\t1\nAnn\tone\ttwo\nA\t1\tB\t1", "x"])
def test_what_is_not_such_a_list_is_refused(tmp_path: Path, text: str) -> None:
    """Empty, cut off, or something else."""
    path = tmp_path / "pairs.txt"
    path.write_text(text)

    with pytest.raises(EvaluationError, match=r"pairs\.txt"):
        read_pairs(path)


def plane(degrees: float) -> Vector:
    """Return the unit vector in that direction of a plane."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


def test_pairs_without_a_face_are_rejected() -> None:
    """That is right for two people and an error for one."""
    vectors = {"a": plane(0), "b": plane(5), "c": plane(90)}
    fold = (
        ListedPair("a", "b", same=True),
        ListedPair("a", "missing", same=True),
        ListedPair("b", "c", same=False),
        ListedPair("b", "missing", same=False),
    )

    accuracy = fold_accuracy((fold, fold), vectors)

    assert accuracy.folds == (0.75, 0.75)
    assert (accuracy.pairs, accuracy.without_face) == (8, 4)
    assert (accuracy.mean, accuracy.standard_error) == (0.75, 0)


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from([NOT_COMPARED, -0.2, 0.1, 0.3, 0.6]), st.booleans()),
                 min_size=1, max_size=8),
        min_size=2, max_size=4,
    )
)  # fmt: skip
def test_the_threshold_is_the_best_on_the_other_sets(folds: list[list[tuple[float, bool]]]) -> None:
    """No score would have given more right answers on them, ties included."""
    scores = [np.array([score for score, _ in fold]) for fold in folds]
    same = [np.array([truth for _, truth in fold]) for fold in folds]

    threshold = _best_threshold(scores, same, 0)

    others, truth = np.concatenate(scores[1:]), np.concatenate(same[1:])
    best = max(((others >= score) == truth).sum() for score in others)
    assert ((others >= threshold) == truth).sum() == best


def test_a_photo_is_known_by_its_stem() -> None:
    """The list names no file type."""
    assert stem_of("Ann B./Ann B._0001.jpg") == "Ann B./Ann B._0001"


def test_listed_pairs_are_left_out_with_their_people_and_photos() -> None:
    """A person, a photo, and two people who are never compared; the rest stays as it was."""
    kept = ListedPair("ann/ann_0001", "ann/ann_0002", same=True)
    fold = (
        kept,
        ListedPair("ann/ann_0001", "ann/ann_0003", same=True),
        ListedPair("bea/bea_0001", "ann/ann_0001", same=False),
        ListedPair("ann/ann_0001", "cyd/cyd_0001", same=False),
    )
    exclusions = Exclusions(
        people=frozenset({"cyd"}),
        photos=frozenset({"ann/ann_0003.jpg"}),
        pairs=frozenset({("ann", "bea")}),
    )

    assert without(exclusions, (fold,)) == ((kept,),)
    assert without(Exclusions(), (fold,)) == (fold,)
