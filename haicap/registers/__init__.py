"""Numbers and books: reserve, confirm, void with a reason, open and close; dossier codes."""
