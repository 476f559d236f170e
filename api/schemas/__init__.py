"""The JSON shapes, the same on the command line and by HTTP. Each is made from a result of the engine."""
