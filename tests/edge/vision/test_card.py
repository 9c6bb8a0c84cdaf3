from __future__ import annotations

import shutil
from pathlib import Path
from string import Template

import pytest

from edge.errors import ModelCardError, ModelTamperedError
from edge.vision.card import EmbedderCard, read_card
from edge.vision.catalogue.sface import ARCFACE_TEMPLATE, FLOAT
from edge.vision.models import ModelStore

CARD_TEXT = Template("""
name = "our-sface"
file = "$file"
sha256 = "$sha256"
licence = "Apache-2.0"
input_size = $input_size
channel_order = "$channel_order"
mean = 0
scale = 1.0
dimension = $dimension
template = $template

[calibration]
cosine = $cosine
log10_fmr = $log10_fmr
provenance = "a test"
""")


@pytest.fixture
def folder(models: ModelStore, tmp_path: Path) -> Path:
    """Put an operator's own embedder into a folder: SFace under another name."""
    shutil.copy(models.path("sface"), tmp_path / "own.tflite")
    return tmp_path


def write_card(folder: Path, **changes: object) -> Path:
    """Write a right card into *folder*, but for *changes*."""
    values: dict[str, object] = {
        "file": "own.tflite",
        "sha256": FLOAT.model.digest,
        "input_size": 112,
        "channel_order": "RGB",
        "dimension": 128,
        "template": [list(point) for point in ARCFACE_TEMPLATE],
        "cosine": [-1.0, 0.3, 1.0],
        "log10_fmr": [0, -2.0, -14.0],
    }
    card = folder / "own.toml"
    card.write_text(CARD_TEXT.substitute(values | changes))
    return card


def faults_of(card: Path) -> str:
    """Return what is said about a wrong card."""
    with pytest.raises(ModelCardError) as caught:
        read_card(card)
    return str(caught.value)


def test_a_right_card_is_an_embedder(folder: Path) -> None:
    """Everything the card says is there, under the operator's name and the file's digest."""
    card = read_card(write_card(folder))
    assert card == EmbedderCard(
        name="our-sface",
        model=type(FLOAT.model)("our-sface", FLOAT.model.digest),
        file=folder / "own.tflite",
        licence="Apache-2.0",
        mean=0.0,
        scale=1.0,
        template=ARCFACE_TEMPLATE,
        dimension=128,
        calibration=type(FLOAT.calibration)((-1.0, 0.3, 1.0), (0.0, -2.0, -14.0), "a test"),
    )


def test_the_store_takes_a_card_for_a_name(folder: Path, tmp_path: Path) -> None:
    """Where the settings name an embedder, the path of a card serves as well."""
    card = str(write_card(folder))
    store = ModelStore(tmp_path / "empty")
    assert store.embedder(card).name == "our-sface"
    assert store.path(card) == folder / "own.tflite"


def test_every_fault_is_told_at_once(folder: Path) -> None:
    """An operator corrects a card once, not once per fault."""
    card = write_card(
        folder,
        sha256="123",
        input_size=0,
        channel_order="GRB",
        dimension=1,
        template=[[1, 2]],
        cosine=[-2.0, 0.3],
    )
    card.write_text(f'unheard_of = "x"\n{card.read_text()}'.replace("licence", "license"))
    told = faults_of(card)
    for name in (
        "unheard_of",
        "license",
        "licence",
        "sha256",
        "input_size",
        "channel_order",
        "dimension",
        "template.1",
        "calibration.cosine.0",
    ):
        assert f"\n  {name}: " in told


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cosine": [-1.0, 0.3], "log10_fmr": [0, -2.0, -3.0]}, "calibration: "),
        ({"cosine": [0.3, 0.3, 1.0]}, "must rise"),
        ({"log10_fmr": [0, -3.0, -2.0]}, "must fall"),
        ({"cosine": [1.0], "log10_fmr": [-1.0]}, "at least two knots"),
        ({"template": [[-1.0, 50.0], *map(list, ARCFACE_TEMPLATE[1:])]}, "outside the chip"),
        ({"input_size": "112.5"}, "input_size"),
        ({"dimension": '"128"'}, "dimension"),
    ],
)
def test_a_card_must_make_sense(folder: Path, changes: dict[str, object], fault: str) -> None:
    """Tables that are not monotone and points outside the chip are refused."""
    assert fault in faults_of(write_card(folder, **changes))


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b""])
def test_what_is_no_card_is_refused(folder: Path, content: bytes) -> None:
    """Broken TOML, another encoding and an empty file are told with the path."""
    card = folder / "own.toml"
    card.write_bytes(content)
    assert str(card) in faults_of(card)


def test_a_missing_card_is_told(folder: Path) -> None:
    """The error says where such a path comes from."""
    assert "models.embedder" in faults_of(folder / "nowhere.toml")


def test_a_missing_file_is_told(folder: Path) -> None:
    """The error names the file the card points at."""
    assert "elsewhere.tflite" in faults_of(write_card(folder, file="elsewhere.tflite"))


def test_another_file_than_the_cards_is_refused(folder: Path) -> None:
    """The digest in the card decides; both digests are told."""
    file = folder / "own.tflite"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(ModelTamperedError, match=f"own.tflite has SHA-256 .*{FLOAT.model.digest}"):
        read_card(write_card(folder))


def test_a_card_that_does_not_fit_its_network_is_refused(folder: Path) -> None:
    """What the network takes and gives is compared with what the card promises."""
    told = faults_of(write_card(folder, input_size=160, dimension=512))
    assert "input_size: the network takes (1, 112, 112, 3), not (1, 160, 160, 3)" in told
    assert "dimension: the network gives (1, 128), not (1, 512)" in told


def test_a_file_that_is_no_network_is_refused(folder: Path) -> None:
    """A right digest of something else is still no embedder."""
    (folder / "own.tflite").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert "own.tflite" in faults_of(write_card(folder, sha256=empty))
