"""Tests of Trueline; they mirror ``engine`` and ``api``."""
