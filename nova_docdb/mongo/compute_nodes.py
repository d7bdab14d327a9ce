"""The functions of the family compute nodes."""
