"""The functions of the family provider fw rules."""
