"""Every way in: the command line, HTTP, and what they share (settings, JSON shapes, the joining of engine parts)."""
