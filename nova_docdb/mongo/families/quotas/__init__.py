"""Quota: limits, usages and reservations."""
