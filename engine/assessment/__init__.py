"""Flow version + log → four dimensions, each with its evidence."""
