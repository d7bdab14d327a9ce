"""The functions of the family aggregates."""
