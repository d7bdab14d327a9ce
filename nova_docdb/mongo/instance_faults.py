"""The functions of the family instance faults."""
