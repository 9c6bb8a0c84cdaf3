"""Whether an operator does just what is understood here; what else it could do is refused by name.

Attributes and their defaults: https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from typing import Any

from edge.vision.convert.network import Weights
from edge.vision.convert.onnx_weights import untranslatable

_TWICE = [1, 1, 2, 2]
"""Pictures, channels, rows, columns."""


def check_convolution(
    node: Any, attributes: dict[str, Any], *, channels: int, into: int, out: int
) -> None:
    """Check that *node* convolves *channels*, all together or each by itself.

    Its kernel is for *into* channels and gives *out*.

    :raises ModelConversionError: if it does not.
    """
    groups = attributes.get("group", 1)
    dilated = any(step != 1 for step in attributes.get("dilations", ()))
    automatic = attributes.get("auto_pad", b"NOTSET") != b"NOTSET"
    if dilated or automatic or (groups > 1 and not groups == channels == out):
        raise untranslatable(node, "it is dilated, padded by rule, or grouped")
    if into * groups != channels:
        raise untranslatable(node, f"its kernel takes {into * groups} of {channels} channels")


def check_halving(node: Any, attributes: dict[str, Any]) -> None:
    """Check that *node* takes the greatest of every two by two pixels.

    :raises ModelConversionError: if it does not.
    """
    by_two = [list(attributes.get(name, ())) == [2, 2] for name in ("kernel_shape", "strides")]
    dilated = any(step != 1 for step in attributes.get("dilations", ()))
    automatic = attributes.get("auto_pad", b"NOTSET") != b"NOTSET"
    rounded = attributes.get("ceil_mode", 0) or any(attributes.get("pads", ()))
    if not all(by_two) or dilated or automatic or rounded:
        raise untranslatable(node, "it does not take the greatest of two by two")


def check_doubling(node: Any, attributes: dict[str, Any], scales: Weights) -> None:
    """Check that *node* repeats every pixel twice by twice; *scales* is its third input.

    :raises ModelConversionError: if it does not.
    """
    nearest = (
        attributes.get("mode") == b"nearest"
        and attributes.get("nearest_mode") == b"floor"
        and attributes.get("coordinate_transformation_mode") == b"asymmetric"
    )
    if not nearest or scales.tolist() != _TWICE:
        raise untranslatable(node, "it does not repeat every pixel twice by twice")
