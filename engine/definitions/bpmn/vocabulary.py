"""The words of BPMN 2.0: namespaces, and what each element of a process is to a flow."""

from __future__ import annotations

from engine.definitions.flow import NodeKind, TriggerKind

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
WAYPOINTS = "http://www.omg.org/spec/DD/20100524/DI"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
OWN = "urn:trueline:bpmn:1"
"""Of the attributes and elements that carry what BPMN has no word for."""
CEL = "https://cel.dev"
"""The language of the conditions that Trueline writes."""

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction"})
GLOBAL_TASKS = frozenset(
    {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
)
GATEWAYS = {
    "exclusiveGateway": NodeKind.EXCLUSIVE,
    "parallelGateway": NodeKind.PARALLEL,
    "inclusiveGateway": NodeKind.INCLUSIVE,
    "eventBasedGateway": NodeKind.EVENT_BASED,
}
EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "endEvent"})
TRIGGERS = {
    "timerEventDefinition": TriggerKind.TIMER,
    "messageEventDefinition": TriggerKind.MESSAGE,
    "signalEventDefinition": TriggerKind.SIGNAL,
    "errorEventDefinition": TriggerKind.ERROR,
    "conditionalEventDefinition": TriggerKind.CONDITION,
    "escalationEventDefinition": TriggerKind.SIGNAL,
}
"""What an event definition is to a flow. An escalation that nothing inside the file throws is a signal from outside."""

WITHOUT_ORDER = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "property",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "resourceRole",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "documentation",
        "textAnnotation",
        "association",
        "group",
        "auditing",
        "monitoring",
        "correlationSubscription",
        "supportedInterfaceRef",
        "rendering",
        "script",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "ioBinding",
    }
)
"""Elements inside a process that say nothing about the order of work: set aside, and listed."""
