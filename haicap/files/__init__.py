"""Bytes kept once by their SHA-256, checked on the way in, used in many places."""
