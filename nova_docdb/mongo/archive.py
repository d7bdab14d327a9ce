"""The functions of the family archive."""
