"""Procedures by version: papers, fees, days, authority, route of desks, forms."""
