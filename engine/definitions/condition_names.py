"""Which attributes a compiled condition reads, taken from its syntax tree and not from its text.

The CEL library hands its tree out in serialized form only: a ``google.protobuf.Any`` that holds a
``cel.expr.CheckedExpr`` (google/cel-spec, ``proto/cel/expr/checked.proto`` and ``syntax.proto``). The few fields that
matter are read here by their numbers (Protocol Buffers, "Encoding": a varint tag, field number × 8 + wire type).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_ANY_VALUE = 2
_CHECKED_EXPR = 4
_CONSTANT, _IDENTIFIER, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
_CONSTANT_TEXT = 6
_IDENTIFIER_NAME = 1
_SELECT_OPERAND, _SELECT_FIELD = 1, 2
_CALL_TARGET, _CALL_FUNCTION, _CALL_ARGUMENTS = 1, 2, 3
_LIST_ELEMENTS = 1
_STRUCT_ENTRIES, _ENTRY_KEY, _ENTRY_VALUE = 2, 3, 4
_ITERATION_VARIABLE, _ACCUMULATOR, _SECOND_VARIABLE = 1, 3, 8
_RANGE, _START, _LOOP_PARTS = 2, 4, (5, 6, 7)
_INDEX = "_[_]"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class NamesUsed:
    """The attributes that a condition reads.

    Attributes:
        case: Names of attributes of the case.
        event: Names of attributes of the event.
        whole: ``case`` or ``event`` where the condition reads it otherwise than by a name it writes out, as in
            ``size(case)`` or ``case[event.key]``; what it needs is then every attribute.
    """

    case: frozenset[str] = frozenset()
    event: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()


def names_in(serialized: bytes, case: str, event: str) -> NamesUsed:
    """The attributes that a serialized expression reads.

    Args:
        serialized: What the CEL library's ``Expression.serialize`` returned.
        case: The name of the variable that holds the attributes of the case.
        event: That of the event.
    """
    walk = _Walk({case, event})
    for checked in _messages(serialized, _ANY_VALUE):
        for expression in _messages(checked, _CHECKED_EXPR):
            walk.take(expression, frozenset())
    return NamesUsed(
        frozenset(name for variable, name in walk.attributes if variable == case),
        frozenset(name for variable, name in walk.attributes if variable == event),
        frozenset(walk.whole),
    )


class _Walk:
    """Goes through an expression and notes what it reads of some variables."""

    def __init__(self, variables: set[str]) -> None:
        self.attributes: set[tuple[str, str]] = set()
        self.whole: set[str] = set()
        self._variables = variables

    def take(self, expression: bytes, hidden: frozenset[str]) -> None:
        """Take one expression; names that a comprehension declares itself hide the variables of the same name."""
        for number, content in _fields(expression):
            if number == _IDENTIFIER:
                name = _text(content, _IDENTIFIER_NAME)
                if self._is_variable(name, hidden):
                    self.whole.add(name)
            elif number == _SELECT:
                self._select(content, hidden)
            elif number == _CALL:
                self._call(content, hidden)
            elif number == _LIST:
                self._all(_messages(content, _LIST_ELEMENTS), hidden)
            elif number == _STRUCT:
                for entry in _messages(content, _STRUCT_ENTRIES):
                    self._all(_messages(entry, _ENTRY_KEY, _ENTRY_VALUE), hidden)
            elif number == _COMPREHENSION:
                names = {_text(content, part) for part in (_ITERATION_VARIABLE, _ACCUMULATOR, _SECOND_VARIABLE)}
                self._all(_messages(content, _RANGE, _START), hidden)
                self._all(_messages(content, *_LOOP_PARTS), hidden | names)

    def _all(self, expressions: Iterator[bytes], hidden: frozenset[str]) -> None:
        for expression in expressions:
            self.take(expression, hidden)

    def _select(self, content: bytes, hidden: frozenset[str]) -> None:
        """``case.name`` and ``has(case.name)``."""
        for operand in _messages(content, _SELECT_OPERAND):
            variable = self._variable(operand, hidden)
            if variable:
                self.attributes.add((variable, _text(content, _SELECT_FIELD)))
            else:
                self.take(operand, hidden)

    def _call(self, content: bytes, hidden: frozenset[str]) -> None:
        """A call; ``case['name']`` is one."""
        arguments = list(_messages(content, _CALL_ARGUMENTS))
        if _text(content, _CALL_FUNCTION) == _INDEX and len(arguments) == 2:
            variable, key = self._variable(arguments[0], hidden), _constant_text(arguments[1])
            if variable and key is not None:
                self.attributes.add((variable, key))
                return
        self._all(_messages(content, _CALL_TARGET, _CALL_ARGUMENTS), hidden)

    def _variable(self, expression: bytes, hidden: frozenset[str]) -> str:
        """The variable that an expression is, or ""."""
        for identifier in _messages(expression, _IDENTIFIER):
            name = _text(identifier, _IDENTIFIER_NAME)
            return name if self._is_variable(name, hidden) else ""
        return ""

    def _is_variable(self, name: str, hidden: frozenset[str]) -> bool:
        return name in self._variables and name not in hidden


def _constant_text(expression: bytes) -> str | None:
    """The text that an expression is, or None."""
    for constant in _messages(expression, _CONSTANT):
        for text in _messages(constant, _CONSTANT_TEXT):
            return text.decode()
    return None


def _text(message: bytes, number: int) -> str:
    return next(_messages(message, number), b"").decode()


def _messages(message: bytes, *numbers: int) -> Iterator[bytes]:
    """The contents of the fields with these numbers."""
    return (content for number, content in _fields(message) if number in numbers)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """``(field number, content)`` of every field that has a length; numbers are passed by."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        wire = tag & 7
        if wire == _BYTES:
            length, position = _varint(message, position)
            yield tag >> 3, message[position : position + length]
            position += length
        elif wire == _VARINT:
            _, position = _varint(message, position)
        elif wire in {_FIXED64, _FIXED32}:
            position += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("not a serialized expression")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and the position behind it."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if byte < 0x80:
            return value, position
        shift += 7
