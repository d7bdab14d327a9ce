"""The functions of the family security groups."""
