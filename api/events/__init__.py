"""Live logs by HTTP: their events, their cases, and how they end."""
