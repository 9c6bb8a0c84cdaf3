"""What a cosine of SFace is worth: the false match rate at each knot, as measured.

Data only; `bench/calibrate.py` writes this file.
"""

from __future__ import annotations

PROVENANCE = (
    "Prototype on LFW deep-funneled, all pairs (242,257 genuine, 87,307,271 impostor), points from "
    "the 468-point mesh; beyond FMR 1e-2 and 1e-5 extrapolated"
)

KNOTS: tuple[tuple[float, float], ...] = (
    # cosine, log10 FMR
    (-1.0, 0.0),
    (0.0, -0.31),
    (0.305, -2.0),
    (0.373, -3.0),
    (0.437, -4.0),
    (0.511, -5.0),
    (1.0, -11.6),
)
