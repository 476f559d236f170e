"""What an assessment asks evidence of: ways round the usual work that a log has to show before a case may take them.

A plan is entered on evidence only, and so is what ends a step or sub-flow from its border: the event itself where logs
show it, else a first step that is done only then; none of these may be a model move. Where nothing in a log would tell
that the event has happened, it is left out of the net, so that it excuses nothing: a case that left out the work is
explained by deviations. ``align`` takes the net as it is.
"""

from __future__ import annotations

from dataclasses import replace

from engine.conformance.costs import Costs
from engine.definitions.interruptions import logged_interruptions, silent_interruptions
from engine.nets.net import SILENT
from engine.nets.process import Process


def on_evidence(process: Process) -> tuple[Process, Costs]:
    """The process without the events that no log shows, and the costs that forbid to enter what none has shown.

    A net that was read from PNML has neither events nor plans, and stays as it is.
    """
    found = silent_interruptions(process.flow) if process.has_graph else ()
    unseen = {one.event for one in found if not one.shown_by}
    entries = {*logged_interruptions(process.flow), *(step for one in found for step in one.only_so)}
    net = process.net
    gone = [index for index, t in enumerate(net.transitions) if t.label == SILENT and not t.plan and t.node in unseen]
    if gone:
        process = replace(process, net=net.without(gone))
    forbidden = frozenset(t.id for t in net.transitions if t.enters_plan or (t.label != SILENT and t.node in entries))
    return process, Costs(forbidden=forbidden)
