"""The account pages, one file per audience."""
