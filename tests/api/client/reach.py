"""Which methods the client has, and which operations they stand for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.client import Client, operations
from api.client.calling import OUTSIDE
from api.client.operation import ListOperation, Operation

PREFIX = "/api/v1"
HELPERS = {"ask", "close", "etag", "wait"}
"""Public methods that are no operation."""

OPERATIONS: dict[str, Operation[Any]] = {
    name.lower(): value for name, value in vars(operations).items() if isinstance(value, Operation)
}
"""Name of a method → its operation."""

METHODS: dict[str, Callable[..., object]] = {
    name: method for name, method in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")
}


def route_of(operation: Operation[Any]) -> tuple[str, str]:
    """Its method and its path, as OpenAPI has them."""
    prefix = "" if operation.path in OUTSIDE else PREFIX
    return operation.method, prefix + operation.path


def queries_of(operation: Operation[Any]) -> set[str]:
    """Every query parameter that is sent for it."""
    in_parts = isinstance(operation, ListOperation) and operation.has_parts
    return set(operation.query) | ({"after", "limit"} if in_parts else set())


def path_names(operation: Operation[Any]) -> list[str]:
    """The parameters of its path."""
    return re.findall(r"\{(\w+)\}", operation.path)


def routes_of(app: FastAPI) -> dict[tuple[str, str], APIRoute]:
    """Every route of the application that its document describes."""
    found = {}
    for one in iter_route_contexts(app.routes):
        route = one.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", str(one.path))
            found.update({(method, path): route for method in route.methods or ()})
    return found
