"""The functions of the family dns domains."""
