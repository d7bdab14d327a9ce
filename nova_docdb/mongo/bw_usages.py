"""The functions of the family bw usages."""
