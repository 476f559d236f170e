"""How a flow becomes a net: fragments of nets, and how they are put together."""
