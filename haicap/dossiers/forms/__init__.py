"""What is typed on the pages, read into clean values; the verbs decide."""
