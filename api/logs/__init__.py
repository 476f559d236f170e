"""Event logs by HTTP: upload, list, and what is in them."""
