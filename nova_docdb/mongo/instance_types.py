"""The functions of the family instance types."""
