"""What happened, recorded so that no later hand can change it unseen."""

from edge.audit.chain import AuditEntry, Verified
from edge.audit.events import AuditEvent, EventKind
from edge.audit.log import Audit
from edge.audit.search import Tally, Wanted

__all__ = ["Audit", "AuditEntry", "AuditEvent", "EventKind", "Tally", "Verified", "Wanted"]
