"""The citizen's pages: handing in step by step, and one's own dossiers."""
