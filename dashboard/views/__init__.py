"""One file a page; layout, not logic."""
