"""The functions of the family certificates."""
