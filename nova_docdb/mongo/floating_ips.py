"""The functions of the family floating ips."""
