"""One file a format, by its number."""
