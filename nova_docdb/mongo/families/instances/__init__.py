"""Instances and their dependent rows."""
