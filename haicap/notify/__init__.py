"""Telling people by any channel, in their language."""
