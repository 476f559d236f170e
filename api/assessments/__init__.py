"""Assessments by HTTP: ask for one, follow it, and fetch what it found."""
