"""The pages and the JSON face of territories and agencies."""
