"""The functions of the family quotas."""
