"""What an embedder wants and gives: the chip it is shown, and what its cosines mean.

The catalogue's embedders have their cards in code. An operator brings another one as a TFLite file
and a TOML card beside it, described in the documentation and read here::

    name = "my-embedder"
    file = "my-embedder.tflite"          # beside the card, or an absolute path
    sha256 = "…"                         # sha256sum my-embedder.tflite
    licence = "Apache-2.0"
    input_size = 112                     # pixels; the chip is square
    channel_order = "RGB"                # or "BGR"
    mean = 127.5                         # the network is shown (pixel - mean) * scale
    scale = 0.0078125
    dimension = 128
    template = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]
    mirrored = false                     # true: look twice, the second time in a mirror

    [calibration]                        # what `ostiary evaluate` measured
    cosine = [-1.0, 0.3, 0.5, 1.0]
    log10_fmr = [0.0, -2.0, -5.0, -14.0]
    provenance = "all pairs of …, on …"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge.domain import ModelId
from edge.errors import ModelCardError, ModelError, ModelTamperedError
from edge.similarity import Calibration
from edge.toml_text import NotTomlError, parse_toml
from edge.vision.files import sha256_of
from edge.vision.tflite import Network

Template: TypeAlias = tuple[
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
]
"""Where eye, eye, nose tip, mouth corner, mouth corner belong in the chip, in its pixels."""


@dataclass(frozen=True, slots=True)
class EmbedderCard:
    """One embedder, ready to be loaded.

    The network in *file*, a verified TFLite file, is shown a chip of *input_size* by *input_size*
    pixels, aligned to *template*, as float32 ``(1, input_size, input_size, 3)`` in *channel_order*,
    each value as ``(pixel − mean) · scale``; it gives *dimension* numbers, not normalized. If
    *mirrored*, it is shown the chip in a mirror, too, and the vector is the mean of both answers.
    """

    name: str
    model: ModelId
    file: Path
    licence: str
    mean: float
    scale: float
    template: Template
    dimension: int
    calibration: Calibration
    input_size: int = 112
    channel_order: Literal["RGB", "BGR"] = "RGB"
    mirrored: bool = False


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _CalibrationTable(_Strict):
    cosine: tuple[Annotated[float, Field(ge=-1, le=1)], ...]
    log10_fmr: tuple[Annotated[float, Field(le=0)], ...]
    provenance: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _is_monotone(self) -> Self:
        self.calibration()
        return self

    def calibration(self) -> Calibration:
        return Calibration(self.cosine, self.log10_fmr, self.provenance)


class _Card(_Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    file: Annotated[str, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: Annotated[str, Field(min_length=1)]
    input_size: Annotated[int, Field(ge=16, le=1024, strict=True)]
    channel_order: Literal["RGB", "BGR"]
    mean: float
    scale: Annotated[float, Field(gt=0)]
    template: Template
    dimension: Annotated[int, Field(ge=2, le=4096, strict=True)]
    mirrored: Annotated[bool, Field(strict=True)] = False
    calibration: _CalibrationTable

    @model_validator(mode="after")
    def _template_lies_in_chip(self) -> Self:
        if not all(0 <= value <= self.input_size for point in self.template for value in point):
            raise ValueError("template: a point lies outside the chip")
        return self


def read_card(path: Path) -> EmbedderCard:
    """Return the embedder that the card at *path* describes, its file verified and tried.

    :raises ModelCardError: naming every fault of the card, or how it does not fit its file.
    :raises ModelTamperedError: if the file's digest is not the card's.
    """
    card = _parse(path)
    file = path.parent / card.file
    try:
        found = sha256_of(file)
    except OSError as error:
        raise ModelCardError(
            f"{path}: file: {file} cannot be read ({error.strerror}).",
            remedy="Put the TFLite file beside the card, or correct its path.",
        ) from error
    if found != card.sha256:
        raise ModelTamperedError(
            f"{file} has SHA-256 {found}, but {path} expects {card.sha256}.",
            remedy="Restore the file, or correct the card if you changed the file yourself.",
        )
    _check_fit(path, card, file)
    return EmbedderCard(
        name=card.name,
        model=ModelId(card.name, card.sha256),
        file=file,
        licence=card.licence,
        input_size=card.input_size,
        channel_order=card.channel_order,
        mean=card.mean,
        scale=card.scale,
        template=card.template,
        dimension=card.dimension,
        calibration=card.calibration.calibration(),
        mirrored=card.mirrored,
    )


def _parse(path: Path) -> _Card:
    try:
        content = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelCardError(
            f"The card {path} cannot be read ({error.strerror}).",
            remedy="models.embedder names a catalogued embedder or the path of a card.",
        ) from error
    except (NotTomlError, UnicodeDecodeError) as error:
        raise ModelCardError(f"The card {path} is not TOML: {error}.") from error
    try:
        return _Card.model_validate(content)
    except ValidationError as error:
        faults = "".join(
            f"\n  {'.'.join(str(part) for part in fault['loc']) or 'card'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ModelCardError(
            f"The card {path} has {error.error_count()} fault(s):{faults}",
            remedy="\nCorrect the card.",
        ) from error


def _check_fit(path: Path, card: _Card, file: Path) -> None:
    """Compare what the card promises with what the network takes and gives."""
    try:
        network = Network(file)
    except ModelError as error:
        raise ModelCardError(f"{path}: file: {error}") from error
    faults = []
    wanted = (1, card.input_size, card.input_size, 3)
    if network.input_shape != wanted:
        faults.append(f"input_size: the network takes {network.input_shape}, not {wanted}")
    outputs = network.output_shapes
    if len(outputs) != 1 or outputs[0] not in {(1, card.dimension), (card.dimension,)}:
        given = " and ".join(str(shape) for shape in outputs)
        faults.append(f"dimension: the network gives {given}, not {(1, card.dimension)}")
    if faults:
        raise ModelCardError(
            f"The card {path} does not fit {file}:\n  " + "\n  ".join(faults),
            remedy="\nCorrect the card.",
        )
