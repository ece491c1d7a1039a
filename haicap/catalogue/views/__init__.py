"""The pages and the JSON face of the catalogue."""
