"""Improvement actions by HTTP: what somebody will do about a finding of a flow, who, and until when."""
