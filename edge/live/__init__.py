"""What the door sees at this moment, for whoever may look: in memory, and only while they look."""

from edge.live.folder import LiveFolder
from edge.live.publisher import Publisher
from edge.live.state import DoorState, LastDecision
from edge.live.viewer import Viewer

__all__ = ["DoorState", "LastDecision", "LiveFolder", "Publisher", "Viewer"]
