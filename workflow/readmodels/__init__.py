"""What a listing or a page shows, read from a project and given as plain values; nothing here writes.

`tables` has the rows of listings, `evidence` what follows from observations and publications, `pages` what
the dashboard's pages show. Rows are dicts with stable keys, days as ``YYYY-MM-DD`` and an open side as None.
"""
