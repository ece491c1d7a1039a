"""A citizen's case (hồ sơ) from submission to the returned result."""
