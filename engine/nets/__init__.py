"""What a flow means: accepting Petri nets, their state spaces, and whether they are sound."""
