"""What ``ostiary doctor --bundle`` packs for whoever helps: how things are, never who anybody is."""

from edge.diagnosis.bundle.packing import LINES, Packed, pack

__all__ = ["LINES", "Packed", "pack"]
