"""The functions of the family fixed ips."""
