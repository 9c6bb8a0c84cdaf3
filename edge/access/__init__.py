"""Who may pass which door, when, and with what: pure values and decisions, no clock, no I/O."""
