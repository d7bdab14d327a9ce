"""The functions of the family instance lists."""
