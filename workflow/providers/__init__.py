"""Where pictures come from: one file a metadata dialect, and the profiles of known providers."""
