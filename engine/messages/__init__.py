"""Codes and values → sentences, in English and Chinese. Everything below this package returns codes, never prose."""
