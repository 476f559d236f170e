"""The cases of an assessment by HTTP: which lost what, one closely, and variants with them."""
