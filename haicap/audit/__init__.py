"""The journal: what happened, who read what, and the reactions still owed."""
