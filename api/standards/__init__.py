"""The standards and the key figures of an assessment by HTTP."""
