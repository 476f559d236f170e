"""Hooks: addresses that are told what is said of a live log's cases."""
