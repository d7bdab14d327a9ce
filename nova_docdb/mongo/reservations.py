"""The functions of the family reservations."""
