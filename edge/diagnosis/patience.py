"""How long a device is given to answer."""

from __future__ import annotations

CONNECT_SECONDS = 5.0
"""An OSDP line is asked for its devices once a second; a few tries must do."""

LOOK_SECONDS = 0.2
"""How long one look at a reader or a panel takes meanwhile."""
