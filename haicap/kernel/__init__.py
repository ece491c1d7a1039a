"""Pure building blocks without tables: who acts, which moves are legal, what time it is."""
