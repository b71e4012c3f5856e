"""Change scorers: one file each, chips in, a score out; a hint that orders work."""
