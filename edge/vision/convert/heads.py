"""Let heads that look at one picture look at it together.

A detector asks of each of its pictures several things: how sure, where, which points. Each answer
has two small convolutions of its own, of one to ten channels, which the interpreter's library does
hardly faster than sixteen. Side by side they are one convolution of all their channels, which
computes the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from edge.errors import ModelConversionError
from edge.vision.convert.network import Convolution, Layer, Network, Sigmoid


@dataclass(frozen=True, slots=True, eq=False)
class _Head:
    """What leads to one output: across channels, then channel by channel, then maybe a sigmoid."""

    mixing: Convolution
    spreading: Convolution
    sigmoid: Sigmoid | None


def join_heads(network: Network) -> Network:
    """Return *network* with one output for each picture that its heads look at.

    The channels of an output are those of the heads, in the order of *network*'s outputs, the
    pictures in the order in which they first come up there. Sigmoids that stand last are left to
    who reads the output: most of their values are not looked at.

    :raises ModelConversionError: if an output comes from anything but such a head.
    """
    layers = {layer.name: layer for layer in network.layers}
    groups: dict[str, list[_Head]] = {}
    for output in network.outputs:
        head = _head(layers, output)
        groups.setdefault(head.mixing.source, []).append(head)
    apart = {
        part.name
        for heads in groups.values()
        for head in heads
        for part in (head.mixing, head.spreading, head.sigmoid)
        if part is not None
    }
    trunk = [layer for layer in network.layers if layer.name not in apart]
    joined = [_side_by_side(source, heads) for source, heads in groups.items()]
    return replace(
        network,
        layers=(*trunk, *(layer for pair in joined for layer in pair)),
        outputs=tuple(spreading.name for _, spreading in joined),
    )


def _head(layers: dict[str, Layer], output: str) -> _Head:
    last = layers[output]
    sigmoid = last if isinstance(last, Sigmoid) else None
    spreading = layers.get(last.source) if sigmoid else last
    mixing = None if spreading is None else layers.get(spreading.source)
    if (
        not isinstance(spreading, Convolution)
        or not isinstance(mixing, Convolution)
        or not (spreading.depthwise or spreading.kernel.shape[::3] == (1, 1))
        or mixing.depthwise
    ):
        raise ModelConversionError(f"the output {output!r} does not come from a head")
    return _Head(mixing, spreading, sigmoid)


def _side_by_side(source: str, heads: list[_Head]) -> tuple[Convolution, Convolution]:
    mixing = _joined(f"{source}/heads/mixed", [head.mixing for head in heads])
    spreading = _joined(f"{source}/heads", [head.spreading for head in heads])
    return mixing, replace(spreading, source=mixing.name, depthwise=True)


def _joined(name: str, parts: list[Convolution]) -> Convolution:
    """Return one convolution that gives what *parts* give, one after the other."""
    first = parts[0]
    alike = {(part.strides, part.padding, part.kernel.shape[1:]) for part in parts}
    if len(alike) != 1:
        raise ModelConversionError(f"the heads of {name!r} are not alike")
    return replace(
        first,
        name=name,
        kernel=np.concatenate([part.kernel for part in parts]),
        bias=np.concatenate([part.bias for part in parts]),
    )
