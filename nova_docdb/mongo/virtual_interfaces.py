"""The functions of the family virtual interfaces."""
