"""The functions of the family volume usages."""
