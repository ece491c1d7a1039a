"""Persons and organisations the state deals with, their identifiers and addresses."""
