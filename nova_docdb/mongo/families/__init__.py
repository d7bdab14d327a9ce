"""The functions of the contract, one module a family."""
