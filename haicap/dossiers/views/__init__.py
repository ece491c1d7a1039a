"""Views of dossiers, one file per audience."""
