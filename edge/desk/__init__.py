"""The desk between the pages and the door: requests go one way, answers the other."""

from edge.desk.desk import LONGEST_REASON, Answer, Desk, State, UnlockRequest

__all__ = ["LONGEST_REASON", "Answer", "Desk", "State", "UnlockRequest"]
