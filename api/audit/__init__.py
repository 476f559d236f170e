"""The audit log by HTTP."""
