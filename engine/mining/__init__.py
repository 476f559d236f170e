"""What a log alone says: how its activities follow each other, and flows discovered from that.

Only this package imports pm4py, inside functions, so that everything else works where it is not installed.
"""
