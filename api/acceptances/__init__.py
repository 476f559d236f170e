"""Acceptances by HTTP: deviations of a flow that somebody has decided to accept."""
