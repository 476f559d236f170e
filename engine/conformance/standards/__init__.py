"""Standards held against the events of a log: what each instance came to, and the events that show it."""
