"""How fast the parts of a door are on this machine, what they take, and what would be possible.

Nothing here is needed by a door. Footage comes with pinned packages; people are random numbers.
"""
