"""Patterns from their kept result."""

from __future__ import annotations

from api.schemas.patterns import (
    AttributeClassShape,
    MoreFrequentShape,
    PatternDeviationShape,
    PatternsShape,
    TogetherShape,
)
from engine.assessment.case_attributes import AttributeClass, AttributeLeftOut
from engine.assessment.losses import Cause
from engine.assessment.patterns import Found, MoreFrequent, Patterns, Together


def restored_patterns(shape: PatternsShape) -> Patterns:
    """The patterns of a kept result; nothing of them is lost in it."""
    return Patterns(
        together=Found(tuple(_together(one) for one in shape.together), shape.together_count, shape.together_tests),
        more_frequent=Found(
            tuple(_more_frequent(one) for one in shape.more_frequent),
            shape.more_frequent_count,
            shape.more_frequent_tests,
        ),
        deviations=shape.deviations,
        deviations_rare=shape.deviations_rare,
        deviations_past_limit=shape.deviations_past_limit,
        attributes=tuple(shape.attributes),
        left_out=tuple(AttributeLeftOut(**dict(one)) for one in shape.left_out),
    )


def _together(shape: TogetherShape) -> Together:
    same = {name: getattr(shape, name) for name in _SAME_OF_TOGETHER}
    return Together(first=_causes(shape.first), second=_causes(shape.second), examples=tuple(shape.examples), **same)


def _more_frequent(shape: MoreFrequentShape) -> MoreFrequent:
    same = {name: getattr(shape, name) for name in _SAME_OF_MORE_FREQUENT}
    return MoreFrequent(
        deviations=_causes(shape.deviations),
        where=_class(shape.where),
        same=tuple(_class(one) for one in shape.same),
        examples=tuple(shape.examples),
        **same,
    )


def _causes(shapes: list[PatternDeviationShape]) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            kind=one.kind.value,
            steps=tuple(one.steps),
            standard=one.standard or "",
            other_branch=one.other_branch,
            branch=tuple(one.branch or ()),
        )
        for one in shapes
    )


def _class(shape: AttributeClassShape) -> AttributeClass:
    return AttributeClass(**(dict(shape) | {"step": shape.step or ""}))


_SAME_OF_TOGETHER = TogetherShape.model_fields.keys() - {"first", "second", "examples"}
_SAME_OF_MORE_FREQUENT = MoreFrequentShape.model_fields.keys() - {
    "deviations",
    "where",
    "same",
    "examples",
    "share_inside",
    "share_outside",
}
