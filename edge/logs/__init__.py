"""The log: what is worth telling whoever looks after a door, and nobody's name, number or place."""
