"""Tests of ``engine.logs``."""
