"""What can be said of a flow before any log: whether it is sound, how two versions differ, how simple it is."""
