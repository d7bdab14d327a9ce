"""Instances and what belongs to them."""
