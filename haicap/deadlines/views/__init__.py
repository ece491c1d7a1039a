"""What the module answers over HTTP."""
