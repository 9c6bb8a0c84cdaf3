"""A door played in virtual time: the rules, the attempts and the machine of the real one.

Only what has no place in a story is left out: pixels, threads and wires.
"""
