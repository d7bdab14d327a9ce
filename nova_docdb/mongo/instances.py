"""The functions of the family instances."""
