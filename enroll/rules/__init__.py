"""The pages about who may pass which door, when: rules are edited, tried out, applied, taken back."""
