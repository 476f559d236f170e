"""How the tables became what they are, one step for each change. Alembic runs them when the service starts."""
