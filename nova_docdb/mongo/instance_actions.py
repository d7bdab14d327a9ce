"""The functions of the family instance actions."""
