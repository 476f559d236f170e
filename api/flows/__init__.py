"""Flows by HTTP: upload, list, read, check, draw."""
