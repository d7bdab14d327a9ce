"""The functions of the family cells."""
