"""What happened at the door, told to a house's automation (MQTT) and to other servers (webhooks).

In a process of its own: the door writes its record and never waits for a network. The record is the
outbox; each destination has a place in it, which moves on when the other end has confirmed.
"""
