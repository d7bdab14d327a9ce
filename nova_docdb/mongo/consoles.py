"""The functions of the family consoles."""
