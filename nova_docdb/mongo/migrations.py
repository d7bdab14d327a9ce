"""The functions of the family migrations."""
