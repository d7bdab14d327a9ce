"""The generated files of the project: what makes each of them, and the command that writes them.

``make generated`` writes all of them; ``tests/test_generated.py`` fails where one is out of date.
"""
