"""How the cases of an assessment were explained, as a file: what a report needs beside the result in JSON.

It holds integers and names alone, so that reading it can run no code; the same content gives the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.assessment.assessment import Assessment
from engine.conformance.alignment import Alignments, MoveColumns
from engine.logs.variants import Variants
from engine.nets.net import Net

EXPLAINED = "explained.npz"
"""Under which name it is kept."""

_OF_ALIGNMENTS = ("counts", "statuses", "costs", "lower_bounds", "worsts", "explanations")
_OF_MOVES = ("offsets", "kinds", "positions", "transitions")
_OF_VARIANTS = ("offsets", "codes", "counts", "of_case")
_NAMES = "activities"


@dataclass(frozen=True, eq=False, slots=True)
class Explained:
    """How cases were explained: one alignment for each variant, and the variants; None where they were not kept."""

    alignments: Alignments
    variants: Variants | None


def explained_file(assessment: Assessment) -> bytes:
    """The file of an assessment."""
    alignments, variants = assessment.alignments, assessment.variants
    arrays = {f"alignments.{name}": getattr(alignments, name) for name in _OF_ALIGNMENTS}
    arrays |= {f"moves.{name}": getattr(alignments.moves, name) for name in _OF_MOVES}
    arrays[f"alignments.{_NAMES}"] = _texts(alignments.activities)
    if variants is not None:
        arrays |= {f"variants.{name}": getattr(variants, name) for name in _OF_VARIANTS}
        arrays[f"variants.{_NAMES}"] = _texts(variants.activities)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read_explained(content: bytes, net: Net) -> Explained:
    """What a file holds.

    Args:
        content: The file.
        net: The net of the flow that judged.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        arrays: Mapping[str, NDArray[Any]] = {name: kept[name] for name in kept.files}
    alignments = Alignments(
        net=net,
        activities=_read_texts(arrays[f"alignments.{_NAMES}"]),
        moves=MoveColumns(**{name: arrays[f"moves.{name}"] for name in _OF_MOVES}),
        **{name: arrays[f"alignments.{name}"] for name in _OF_ALIGNMENTS},
    )
    variants = None
    if f"variants.{_NAMES}" in arrays:
        activities = _read_texts(arrays[f"variants.{_NAMES}"])
        variants = Variants(activities=activities, **{name: arrays[f"variants.{name}"] for name in _OF_VARIANTS})
    return Explained(alignments, variants)


def _texts(texts: tuple[str, ...]) -> NDArray[np.uint8]:
    """Texts as bytes; JSON in ASCII also holds what UTF-8 cannot, a lone half of a surrogate pair."""
    return np.frombuffer(json.dumps(texts).encode("ascii"), dtype=np.uint8)


def _read_texts(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(json.loads(array.tobytes()))
