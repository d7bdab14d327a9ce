"""The functions of the family task logs."""
