"""Net × log: exact alignments, the deviations they show, and standards held against the events."""
