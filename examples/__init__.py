"""The shipped examples: flows, their generated logs and what was put into them. Installed as package data."""
