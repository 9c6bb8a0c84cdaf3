"""What ``ostiary doctor`` looks at: all of :mod:`edge.health`, the devices of the door, the network."""

from __future__ import annotations

from edge import health
from edge.diagnosis.announcing import look_at_mqtt, look_at_webhooks
from edge.diagnosis.camera import look_at_camera
from edge.diagnosis.lines import look_at_inputs, look_at_signals
from edge.diagnosis.lock import look_at_lock
from edge.diagnosis.panel import look_at_panel
from edge.diagnosis.reader import look_at_reader
from edge.health import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    *health.CHECKS,
    Check("camera", look_at_camera),
    Check("lock", look_at_lock),
    Check("inputs", look_at_inputs),
    Check("signals", look_at_signals),
    Check("reader", look_at_reader),
    Check("panel", look_at_panel),
    Check("mqtt", look_at_mqtt),
    Check("webhooks", look_at_webhooks),
)
