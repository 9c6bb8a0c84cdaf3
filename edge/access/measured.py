"""What was measured of a face alone; see docs/accuracy.md.

Data only; `bench/accuracy.py` writes this file.
"""

from __future__ import annotations

FNMR_MEASURED: tuple[tuple[float, float], ...] = (
    (97.5, 0.00004),
    (99.0, 0.000198),
    (99.4, 0.000395),
    (99.6, 0.001305),
    (99.75, 0.003281),
)
"""Similarity in percent, share of people not recognized: three photos fused against three,
25,296 comparisons of one person on Labeled Faces in the Wild."""

MEASURED_FLOOR = 1.23e-06
"""The false match rate observed at 99.6 %, of 87,307,271 pairs of strangers."""
