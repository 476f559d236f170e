"""BPMN 2.0, both ways: files of OMG formal/2013-12-09 (version 2.0.2) to flows and flows to files."""
