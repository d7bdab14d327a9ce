"""The functions of the family constraints."""
