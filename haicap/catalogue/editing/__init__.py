"""Editing a procedure's file part by part: which columns there are, how a part is laid out flat to
be typed into, and how what was typed is read back. Pure.
"""
