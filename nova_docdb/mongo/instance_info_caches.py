"""The functions of the family instance info caches."""
