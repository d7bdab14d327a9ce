"""The functions of the family block device mappings."""
