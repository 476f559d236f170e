"""The deviations of an assessment by HTTP."""
