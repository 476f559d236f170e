"""The HTTP service: one application, one data folder, one key."""
