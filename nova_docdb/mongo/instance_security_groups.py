"""The functions of the family instance security groups."""
