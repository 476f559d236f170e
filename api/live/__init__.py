"""Live cases: what each event means the moment it is stored, and what is due."""
