"""The functions of the family security group rules."""
