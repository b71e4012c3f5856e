"""What leaves the program as a file: one module a format."""
