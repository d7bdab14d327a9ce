"""The functions of the family agent builds."""
