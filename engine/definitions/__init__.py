"""What a designer writes: the flow, its standards and plans, read from YAML and checked for structure."""
