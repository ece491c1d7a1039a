"""Pages of messages, one file per audience."""
