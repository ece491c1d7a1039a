"""The JSON face of files; pages that show files belong to the modules that use them."""
