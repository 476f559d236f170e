"""A flow played out as a log: seeded, timed, with known deviations and a record of the truth."""
