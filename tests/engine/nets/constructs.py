"""One small flow for each construct of the flow language, in the words of a designer."""

from __future__ import annotations

from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow_text

HEAD = "trueline: 1\nflow: f\n"
AROUND = """nodes:
  start: start
  a: {step: A}
  sub:
    sub-flow: S
%s
%s  z: {step: Z}
  end: end
edges: [start -> a -> sub -> z -> end%s]
"""
LINE = "    nodes: {s: start, x: {step: X}, y: {step: Y}, e: end}\n    edges: [s -> x -> y -> e]"
BESIDE = """    nodes: {s: start, p: parallel, x: {step: X}, y: {step: Y}, q: parallel, e: end}
    edges: [s -> p -> x -> q -> e, p -> y -> q]"""
TWO_ENDS = """    nodes: {s: start, p: parallel, x: {step: X}, y: {step: Y}, e: end, g: end}
    edges: [s -> p -> x -> e, p -> y -> g]"""


def around(inside: str, nodes: str = "", edges: str = "", head: str = "") -> str:
    """A flow with a sub-flow between a and z."""
    indented = "".join(f"  {line}\n" for line in nodes.splitlines())
    return HEAD + head + AROUND % (inside, indented, "".join(f", {edge}" for edge in edges.splitlines()))


def flow_of(nodes: str, edges: str, head: str = "", rest: str = "") -> str:
    """A flow from the lines of its two sections."""
    indented = "".join(f"  {line}\n" for line in nodes.splitlines())
    return f"{HEAD}{head}nodes:\n  start: start\n{indented}  end: end\nedges: [{edges}]\n{rest}"


STEPS = "a: {step: A}\nb: {step: B}\nc: {step: C}\n"
INTAKE = "a: {step: A}\nz: {step: Z}\n"

CONSTRUCTS = {
    "an embedded sub-flow": around(LINE),
    "a parallel sub-flow": around(BESIDE),
    "a sub-flow in a sub-flow": around(
        """    nodes:
      s: start
      in: {sub-flow: In, nodes: {s2: start, x: {step: X}, e2: end}, edges: [s2 -> x -> e2]}
      y: {step: Y}
      e: end
    edges: [s -> in -> y -> e]"""
    ),
    "a silent event between steps": flow_of(INTAKE + "w: {event: Wait, timer: 7d}", "start -> a -> w -> z -> end"),
    "a logged event": flow_of(INTAKE + "w: {event: Parts, signal: parts, logged: true}", "start -> a -> w -> z -> end"),
    "an optional logged event": flow_of(
        INTAKE + "w: {event: Parts, message: parts, logged: true, optional: true}", "start -> a -> w -> z -> end"
    ),
    "events at the start and the end": flow_of(
        INTAKE + "x: exclusive\ndone: {end: Told, message: ready}", "start -> a -> z -> x -> end, x -> done"
    ).replace("start: start", "start: {start: Order, message: order}"),
    "an event-based gateway": flow_of(
        STEPS
        + "g: event-based\nm: {event: Yes, message: yes, logged: true}\nt: {event: Late, timer: 7d}\nj: exclusive",
        "start -> a -> g -> m -> b -> j -> end, g -> t -> c -> j",
    ),
    "an event-based gateway before steps": flow_of(
        STEPS + "g: event-based\nj: exclusive", "start -> a -> g -> b -> j -> end, g -> c -> j"
    ),
    "a step repeated up to three times": flow_of(
        "a: {step: A, repeat: {at-least: 1, at-most: 3}}\nz: {step: Z}", "start -> a -> z -> end"
    ),
    "a step that may be left out or repeated without end": flow_of(
        "a: {step: A, repeat: {at-least: 0}}\nz: {step: Z}", "start -> a -> z -> end"
    ),
    "a step repeated at least twice": flow_of(
        "a: {step: A, repeat: {at-least: 2}}\nz: {step: Z}", "start -> a -> z -> end"
    ),
    "an optional step repeated": flow_of(
        "a: {step: A, optional: true, repeat: {at-most: 2}}\nz: {step: Z}", "start -> a -> z -> end"
    ),
    "instances of a step": flow_of(
        "a: {step: A, repeat: {at-least: 2, at-most: 3, parallel: true}}\nz: {step: Z}", "start -> a -> z -> end"
    ),
    "a repeated sub-flow": around("    repeat: {at-least: 1, at-most: 2}\n" + LINE),
    "a sub-flow repeated without end": around("    repeat: {at-least: 0}\n" + LINE),
    "instances of a sub-flow": around("    repeat: {at-least: 1, at-most: 2, parallel: true}\n" + LINE),
    "no instance of a sub-flow": around("    repeat: {at-least: 0, at-most: 2, parallel: true}\n" + LINE),
    "a step interrupted": flow_of(
        STEPS + "t: {event: Late, timer: 1d, on: a}\nj: exclusive", "start -> a -> b -> j -> end, t -> c -> j"
    ),
    "a step interrupted by a logged event": flow_of(
        STEPS + "t: {event: Late, timer: 1d, on: a, logged: true}\nj: exclusive",
        "start -> a -> b -> j -> end, t -> c -> j",
    ),
    "a repeated step interrupted": flow_of(
        "a: {step: A, repeat: {at-least: 1, at-most: 2}}\nb: {step: B}\nc: {step: C}\n"
        "t: {event: Late, timer: 1d, on: a}\nj: exclusive",
        "start -> a -> b -> j -> end, t -> c -> j",
    ),
    "a parallel sub-flow interrupted": around(
        BESIDE, "t: {event: Late, timer: 1d, on: sub}\nc: {step: C}\nf: end", "t -> c -> f"
    ),
    "a parallel sub-flow interrupted and tried again": around(
        BESIDE, "t: {event: Late, timer: 1d, on: sub}\nm: exclusive", "t -> m -> sub"
    ),
    "instances interrupted": around(
        "    repeat: {at-least: 1, at-most: 2, parallel: true}\n" + LINE,
        "t: {event: Late, timer: 1d, on: sub}\nf: end",
        "t -> f",
    ),
    "an interruption inside an interruption": around(
        """    nodes:
      s: start
      in:
        sub-flow: In
        nodes: {s2: start, p: parallel, x: {step: X}, y: {step: Y}, q: parallel, e2: end}
        edges: [s2 -> p -> x -> q -> e2, p -> y -> q]
      t2: {event: Late, timer: 1h, on: in}
      w: {step: W}
      m: exclusive
      e: end
    edges: [s -> in -> m -> e, t2 -> w -> m]""",
        "t: {event: Too late, timer: 1d, on: sub}\nc: {step: C}\nf: end",
        "t -> c -> f",
    ),
    "an error caught by its name": around(
        """    nodes: {s: start, g: exclusive, x: {step: X}, y: {step: Y}, e: end, bad: {end: Broken, error: broken}}
    edges: [s -> g -> x -> e, g -> y -> bad]""",
        "t: {event: Broken, error: broken, on: sub}\nc: {step: C}\nf: end",
        "t -> c -> f",
    ),
    "an error beside other work": around(
        """    nodes: {s: start, p: parallel, x: {step: X}, y: {step: Y}, q: parallel, g: exclusive, e: end,
      bad: {end: B, error: b}}
    edges: [s -> p -> x -> q -> e, p -> y -> g -> q, g -> bad]""",
        "t: {event: Any, error: true, on: sub, logged: true}\nc: {step: C}\nf: end",
        "t -> c -> f",
    ),
    "an error caught further out": around(
        """    nodes:
      s: start
      p: parallel
      in:
        sub-flow: In
        nodes: {s2: start, x: {step: X}, g: exclusive, e2: end, bad: {end: B, error: b}}
        edges: [s2 -> x -> g -> e2, g -> bad]
      y: {step: Y}
      q: parallel
      e: end
    edges: [s -> p -> in -> q -> e, p -> y -> q]""",
        "t: {event: B, error: b, on: sub}\nc: {step: C}\nf: end",
        "t -> c -> f",
    ),
    "an error that nobody catches": around(
        """    nodes: {s: start, g: exclusive, x: {step: X}, y: {step: Y}, e: end, bad: {end: Broken, error: broken}}
    edges: [s -> g -> x -> e, g -> y -> bad]"""
    ),
    "a terminating end": flow_of(
        STEPS + "p: parallel\nq: parallel\ng: exclusive\nstop: {end: Stop, terminates: true}",
        "start -> p -> a -> q -> c -> end, p -> b -> g -> q, g -> stop",
    ),
    "a terminating end in a sub-flow": around(
        """    nodes: {s: start, p: parallel, x: {step: X}, y: {step: Y}, g: exclusive, q: parallel, e: end,
      stop: {end: Stop, terminates: true}}
    edges: [s -> p -> x -> q -> e, p -> y -> g -> q, g -> stop]"""
    ),
    "a flow that ends implicitly": flow_of(
        STEPS + "p: parallel\nother: end", "start -> a -> p -> b -> end, p -> c -> other", head="ends: implicit\n"
    ),
    "a sub-flow that ends implicitly": around("    ends: implicit\n" + TWO_ENDS),
    "a sub-flow that ends as its flow does": around(TWO_ENDS, head="ends: implicit\n"),
    "an event beside a step": flow_of(
        STEPS + "t: {event: Half-time, timer: 1d, on: a, interrupting: false}\nother: end",
        "start -> a -> b -> end, t -> c -> other",
        head="ends: implicit\n",
    ),
    "a logged event beside a parallel sub-flow": around(
        BESIDE,
        "t: {event: Half-time, timer: 1d, on: sub, interrupting: false, logged: true}\nf: end",
        "t -> f",
        head="ends: implicit\n",
    ),
    "an event beside a step in a loop": flow_of(
        STEPS + "m: exclusive\ng: exclusive\nt: {event: T, timer: 1d, on: a, interrupting: false}\nother: end",
        "start -> m -> a -> g -> b -> end, g -> m, t -> c -> other",
        head="ends: implicit\n",
    ),
    "two events beside a sub-flow and one that ends it": around(
        "    ends: explicit\n" + LINE,
        "t: {event: T, timer: 1d, on: sub, interrupting: false, logged: true}\n"
        "u: {event: U, timer: 2d, on: sub, interrupting: false, logged: true}\n"
        "v: {event: V, timer: 3d, on: sub, logged: true}\nf: end\nh: end\nk: end",
        "t -> f\nu -> h\nv -> k",
        head="ends: implicit\n",
    ),
    "an inclusive block in a sub-flow": around(
        """    nodes: {s: start, i: inclusive, x: {step: X}, y: {step: Y}, j: inclusive, e: end}
    edges: [s -> i -> x -> j -> e, i -> y -> j]""",
        "t: {event: Late, timer: 1d, on: sub}\nf: end",
        "t -> f",
    ),
    "a plan of a sub-flow": around(BESIDE, "r: {step: R}")
    + "plans: {p: {risk: Broken, at: sub, on: {signal: broken}, path: [r], rejoin: z}}\n",
    "a plan inside a sub-flow": around(
        """    nodes: {s: start, x: {step: X}, r: {step: R}, y: {step: Y}, e: end}
    edges: [s -> x -> y -> e]"""
    )
    + "plans: {p: {risk: Broken, at: x, on: {message: broken}, path: [r], rejoin: y}}\n",
    "a plan of a repeated step": flow_of(
        "a: {step: A, repeat: {at-most: 2}}\nb: {step: B}\nr: {step: R}",
        "start -> a -> b -> end",
        rest="plans: {p: {risk: Broken, at: a, on: {error: broken}, path: [r], rejoin: b}}\n",
    ),
    "a plan of a step with an event on it": flow_of(
        STEPS + "r: {step: R}\nt: {event: T, timer: 1d, on: a}\nj: exclusive",
        "start -> a -> b -> j -> end, t -> c -> j",
        rest="plans: {p: {risk: Broken, at: a, on: {error: broken}, path: [r], rejoin: b}}\n",
    ),
    "a step that splits, interrupted": flow_of(
        STEPS + "t: {event: T, timer: 1d, on: a}\nf: end\nq: parallel",
        "start -> a -> b -> q -> end, a -> c -> q, t -> f",
    ),
}  # fmt: skip


def construct(name: str) -> Flow:
    """One of them."""
    return read_flow_text(CONSTRUCTS[name])
