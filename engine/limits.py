"""The published limits. Every number and every size a user can send has one.

The service takes each from a setting of the same name; the command line has no upload limit but keeps the others.
Budgets count states and bytes, not seconds, so that answers repeat.
"""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes past which an input is refused, each named in the refusal.

    Attributes:
        upload_bytes: One file posted to the service.
        unpacked_bytes: A compressed file once unpacked.
        unpacked_ratio: Unpacked size over packed size.
        label_characters: One activity, step, case id or other label.
        attribute_bytes: One attribute value.
        attribute_keys: Distinct attribute keys of one log.
        event_bytes: One event of a running case, as one line of JSON.
        batch_events: Events sent to a live log in one request.
        batch_bytes: One such request.
        waiting_batches: Batches that wait to be stored.
        waiting_assessments: Assessments that wait for their turn.
        schedules: Schedules of one service.
        live_case_events: Events of one running case that is judged as they come; past it they are stored only.
        live_markings: Markings of a net by which cases of a live log are judged as their events come.
        live_streams: Streams of server-sent events at once.
        keys: Keys that open the service at once.
        hooks: Hooks of one live log.
        hook_attempts: Attempts to deliver one notice to a hook.
        acceptances: Acceptances of deviations of one flow that were not withdrawn.
        kept_answers: Answers to requests with an idempotency key that are kept for the holder of one key.
        kept_answer_bytes: Such answers together, compressed.
        json_bytes: One log in OCEL 2.0 JSON, which is held as objects while it is read.
        log_cells: Rows times columns of one log, empty cells included.
        part_cells: Rows times columns of a Parquet file, or of a part of one, that are held in memory at once; a larger
            file is read part by part.
        parted_cells: Rows times columns of a Parquet file that is read part by part.
        nesting: Depth of elements or attributes in one file.
        flow_bytes: One flow file in YAML.
        bpmn_bytes: One flow file in BPMN.
        flow_nodes: Nodes of one flow; as many roles, standards, plans, weight groups and items of one list at most.
        flow_edges: Edges of one flow.
        condition_characters: One condition of an edge or a trigger.
        time_span_days: The longest time span of a standard or a trigger.
        rule_count: A number of times, days or items that a standard or a season names.
        weight: The weight of one group of steps.
        net_bytes: One net file in PNML.
        net_elements: Places, transitions and arcs of one net together.
        final_markings: Final markings of one net.
        arc_weight: Tokens moved by one arc, or lying on one place of a marking that a file states.
        inclusive_branches: Branches leaving one inclusive gateway.
        instances: Repetitions of one step or sub-flow that a flow asks for, at least or at most.
        cancelled_markings: Markings of one sub-flow, or of a whole flow, from which everything can be cancelled.
        call_depth: Flows that call each other, one inside the other.
        soundness_markings: Markings explored by a soundness check.
        soundness_bytes: Memory of a soundness check.
        difference_markings: Markings visited to find a trace that one of two versions forbids.
        alignment_markings: Markings compiled for alignments.
        state_space_bytes: Memory of a compiled state space.
        search_nodes: Nodes (position, marking) visited for one variant.
        compiled_markings: Markings after which a net is searched for alignments without being compiled.
        lazy_nodes: Nodes (position, marking) visited for one variant when the net is not compiled.
        explanation_nodes: Nodes (position, marking, open moves) visited to count the deviations of one variant.
        replay_markings: Markings visited by one search for silent transitions in a token replay.
        simulated_cases: Cases of one simulated log.
        pattern_values: Values of one attribute that deviations are compared by; the most frequent are taken.
        pattern_tests: Tests made in search of patterns; the most frequent deviations are taken.
        filter_values: Values of one filter on the cases of a log, as it stands in an address.
        chart_elements: Nodes and edges of one picture together.
        actions: Improvement actions of one report.
        action_characters: One text of such an action.
        report_rows: Rows of one table of a workbook.
        report_pages: Pages of flowcharts in one printed report.
        problems: Problems reported for one input; the rest is counted.
    """

    upload_bytes: int = 50 * MEBIBYTE
    unpacked_bytes: int = 500 * MEBIBYTE
    unpacked_ratio: int = 200
    label_characters: int = 200
    attribute_bytes: int = 64 * 1024
    attribute_keys: int = 1_000
    event_bytes: int = 256 * 1024
    batch_events: int = 1_000
    batch_bytes: int = 8 * MEBIBYTE
    waiting_batches: int = 32
    waiting_assessments: int = 100
    schedules: int = 100
    live_case_events: int = 2_000
    live_markings: int = 100_000
    live_streams: int = 50
    keys: int = 1_000
    hooks: int = 20
    hook_attempts: int = 12
    acceptances: int = 1_000
    kept_answers: int = 10_000
    kept_answer_bytes: int = 64 * MEBIBYTE
    json_bytes: int = 128 * MEBIBYTE
    log_cells: int = 200_000_000
    part_cells: int = 25_000_000
    parted_cells: int = 10_000_000_000
    nesting: int = 64
    flow_bytes: int = MEBIBYTE
    bpmn_bytes: int = 16 * MEBIBYTE
    flow_nodes: int = 2_000
    flow_edges: int = 10_000
    condition_characters: int = 1_000
    time_span_days: int = 3_660
    rule_count: int = 1_000_000
    weight: int = 1_000
    net_bytes: int = 64 * MEBIBYTE
    net_elements: int = 200_000
    final_markings: int = 100
    arc_weight: int = 65_535
    inclusive_branches: int = 8
    instances: int = 20
    cancelled_markings: int = 2_000
    call_depth: int = 8
    soundness_markings: int = 100_000
    soundness_bytes: int = 256 * MEBIBYTE
    difference_markings: int = 20_000
    alignment_markings: int = 4_000_000
    state_space_bytes: int = 1024 * MEBIBYTE
    search_nodes: int = 20_000_000
    compiled_markings: int = 100_000
    lazy_nodes: int = 500_000
    explanation_nodes: int = 200_000
    replay_markings: int = 10_000
    simulated_cases: int = 1_000_000
    pattern_values: int = 50
    pattern_tests: int = 100_000
    filter_values: int = 200
    chart_elements: int = 1_000
    actions: int = 500
    action_characters: int = 1_000
    report_rows: int = 50_000
    report_pages: int = 12
    problems: int = 200


DEFAULT_LIMITS = Limits()
