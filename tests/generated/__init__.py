"""The generated files of the project: their generators, and the command that writes them.

``make generated`` writes all of them; ``tests/test_generated.py`` fails if one is out of date.
"""
