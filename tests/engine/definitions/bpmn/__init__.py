"""Tests of engine.definitions.bpmn."""
