"""Discovery: a log → a flow that explains it."""

from __future__ import annotations

from enum import StrEnum

from engine.definitions.flow import Flow
from engine.definitions.structure import FEWEST_STEPS
from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.logs.variants import find_variants
from engine.mining.directly_follows import count_directly_follows, flow_of_graph
from engine.mining.heuristics import flow_of_dependencies, mine_dependencies
from engine.mining.inductive import mine_tree
from engine.mining.process_tree import flow_of_tree

DEFAULT_NOISE = 0.2


class Miner(StrEnum):
    """How a flow is found.

    ``inductive``: block-structured, always sound. ``heuristics``: by what depends on what, with parallel splits and
    joins where the log shows them, which need not fit together: the flow may be unsound. ``directly-follows``: the
    paths of the log as they are, choices only, always sound; needs no further library.
    """

    INDUCTIVE = "inductive"
    HEURISTICS = "heuristics"
    DIRECTLY_FOLLOWS = "directly-follows"


def discover(
    log: Log, *, miner: Miner = Miner.INDUCTIVE, noise: float = DEFAULT_NOISE, limits: Limits = DEFAULT_LIMITS
) -> Flow:
    """Discover the flow of a log.

    The same log gives the same flow, in whatever order its cases stand. The flow has no standards, roles or plans;
    its title is the log's name.

    Args:
        log: At least one event.
        miner: How.
        noise: 0…1, how rare something must be, compared with its most frequent sibling, to be left out. 0 keeps all.
        limits: ``flow_nodes`` bounds the flow.

    Raises:
        InputRefused: ``mine.empty-log``, ``mine.noise-out-of-range``, ``mine.too-few-steps``.
        LimitExceeded: The flow would be larger than ``limits.flow_nodes``.
        Unavailable: ``mine.pm4py-missing`` for the first two miners.
    """
    _refuse(log, noise, limits)
    flow = _mine(log, miner, noise, limits)
    if len(flow.steps) < FEWEST_STEPS:
        raise InputRefused([Problem("mine.too-few-steps", Place(log.name), {"found": len(flow.steps)})])
    return flow


def _mine(log: Log, miner: Miner, noise: float, limits: Limits) -> Flow:
    if miner is Miner.INDUCTIVE:
        return flow_of_tree(log.name, mine_tree(find_variants(log), noise=noise), limits=limits)
    if miner is Miner.HEURISTICS:
        return flow_of_dependencies(log.name, mine_dependencies(log, noise=noise), limits=limits)
    return flow_of_graph(log.name, count_directly_follows(log), noise=noise, limits=limits)


def _refuse(log: Log, noise: float, limits: Limits) -> None:
    problems = []
    if not 0 <= noise <= 1:  # NaN is refused here too
        problems.append(Problem("mine.noise-out-of-range", values={"found": str(noise)}))
    if log.events.is_empty():
        problems.append(Problem("mine.empty-log", Place(log.name)))
    if problems:
        raise InputRefused(problems)
    if len(log.activities) + 2 > limits.flow_nodes:
        found = len(log.activities) + 2
        raise LimitExceeded(limit="flow_nodes", allowed=limits.flow_nodes, found=found, place=Place(log.name))
