"""What the service keeps: rows in a database, files under their SHA-256. Only this package knows SQLModel.

Nothing here commits but ``Database.reading`` and ``Database.writing``: one unit of work is one transaction.
"""
