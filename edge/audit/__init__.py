"""What happened, recorded so that no later hand can change it unseen."""

from edge.audit.chain import AuditEntry, Verified
from edge.audit.clock import ClockTrust, ClockWatch, clock_trust
from edge.audit.events import AuditEvent, EventKind
from edge.audit.log import Audit
from edge.audit.owing import OwingRecord
from edge.audit.pruning import Pruned
from edge.audit.sealer import Sealer, SealPolicy
from edge.audit.search import Tally, Wanted

__all__ = [
    "Audit",
    "AuditEntry",
    "AuditEvent",
    "ClockTrust",
    "ClockWatch",
    "EventKind",
    "OwingRecord",
    "Pruned",
    "SealPolicy",
    "Sealer",
    "Tally",
    "Verified",
    "Wanted",
    "clock_trust",
]
