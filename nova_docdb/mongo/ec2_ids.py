"""The functions of the family ec2 ids."""
