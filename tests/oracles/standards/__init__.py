"""The slow plain twin of the evaluation of standards: case after case and event after event, as the rules say it.

Cut like ``engine.definitions.rules``: a family of rules in each file.
"""
