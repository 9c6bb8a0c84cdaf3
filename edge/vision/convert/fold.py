"""Melt every per-channel scaling into the weights beside it, so that nothing of it is left to do.

A pure function from network to network that computes the same values. What follows a convolution
or a dense layer goes into it; what stands before one goes into it too, save for the part a padded
convolution cannot take: zeros are padded after the scaling, so a shift would be missing at the
border. There only the subtraction of a mean remains, which leaves the padding exact.

Sums are rounded once (:func:`math.fsum`), so that the result does not depend on the order in which
a processor's vector unit adds.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from edge.vision.convert.network import (
    NO_PADDING,
    Affine,
    Convolution,
    Dense,
    Layer,
    Network,
    Weights,
    sources_of,
)


def fold(network: Network) -> Network:
    """Return an equal network without the scalings that its weights can take over."""
    return _into_following(_into_preceding(network))


def _into_preceding(network: Network) -> Network:
    """Fold each scaling into the layer that feeds it, where nobody else reads that layer."""
    readers = _readers(network)
    kept: dict[str, Layer] = {}
    for layer in network.layers:
        before = kept.get(layer.source)
        if isinstance(layer, Affine) and before is not None and readers[before.name] == 1:
            merged = _after(before, layer)
            if merged is not None:
                del kept[before.name]
                kept[layer.name] = merged
                continue
        kept[layer.name] = layer
    return replace(network, layers=tuple(kept.values()))


def _into_following(network: Network) -> Network:
    """Fold each scaling into the one layer that reads it, as far as its padding allows."""
    readers = _readers(network)
    kept: dict[str, Layer] = {}
    for layer in network.layers:
        before = kept.get(layer.source)
        if isinstance(before, Affine) and readers[before.name] == 1:
            if isinstance(layer, Dense) or (
                isinstance(layer, Convolution) and layer.padding == NO_PADDING
            ):
                del kept[before.name]
                kept[layer.name] = _before(layer, before)
                continue
            if isinstance(layer, Convolution) and before.scale.all():
                mean, scaling = _split(before)
                kept[mean.name] = mean
                kept[layer.name] = _before(layer, scaling)
                continue
        kept[layer.name] = layer
    return replace(network, layers=tuple(kept.values()))


def _after(layer: Layer, affine: Affine) -> Layer | None:
    """Return one layer that does *layer* and then *affine*, or None if there is none."""
    if isinstance(layer, Affine):
        return replace(
            affine,
            source=layer.source,
            scale=layer.scale * affine.scale,
            shift=layer.shift * affine.scale + affine.shift,
        )
    if isinstance(layer, Convolution | Dense):
        return replace(
            layer,
            name=affine.name,
            kernel=layer.kernel * affine.scale[:, None, None, None],
            bias=layer.bias * affine.scale + affine.shift,
        )
    return None


def _before(layer: Convolution | Dense, affine: Affine) -> Convolution | Dense:
    """Return one layer that does *affine* and then *layer*, which must not pad a shift."""
    by_input = isinstance(layer, Convolution) and layer.depthwise
    every = (slice(None), None, None, None) if by_input else (None, None, None, slice(None))
    return replace(
        layer,
        source=affine.source,
        kernel=layer.kernel * affine.scale[every],
        bias=layer.bias + _row_sums(layer.kernel * affine.shift[every]),
    )


def _split(affine: Affine) -> tuple[Affine, Affine]:
    """Return two that do the same one after the other: the first only shifts, the second scales."""
    mean = replace(affine, scale=np.ones_like(affine.scale), shift=affine.shift / affine.scale)
    return mean, replace(affine, source=mean.name, shift=np.zeros_like(affine.shift))


def _row_sums(products: Weights) -> Weights:
    """Return the exactly rounded sum over all but the first axis."""
    return np.array([math.fsum(row.ravel().tolist()) for row in products], dtype=np.float64)


def _readers(network: Network) -> Counter[str]:
    """Count who reads each layer; the network's output is read from outside."""
    read = (source for layer in network.layers for source in sources_of(layer))
    return Counter([*network.outputs, *read])
