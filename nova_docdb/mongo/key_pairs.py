"""The functions of the family key pairs."""
