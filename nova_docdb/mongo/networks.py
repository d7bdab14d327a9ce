"""The functions of the family networks."""
