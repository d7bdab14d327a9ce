"""The functions of the family instance metadata."""
