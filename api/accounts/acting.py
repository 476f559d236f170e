"""What a request is about to do, and for whom: known from the gate to the commit, whoever writes it.

``allows`` stands at every route and says what it does. It refuses who may not do it, and what it says is what the audit
log says later. The gate begins an ``Acting`` for each request; ``WriteSession`` and ``committed`` write it down in the
unit of work of the change; what was written in another way is noted by the gate before the answer is sent.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import iter_route_contexts

from api.accounts.principal import Principal
from api.accounts.roles import RULES, Action, may, may_to_all
from api.http.problems import Refusal
from engine.storage import audit
from engine.storage.audit import Noted
from engine.storage.database import Session, after_commit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(slots=True)
class Acting:
    """A request and what it does.

    Attributes:
        method: HTTP method.
        who: Who sends it; None for a stranger at an address that is open to all.
        csrf: The token against other sites' requests that goes with the session; "" without one.
        action: What it does; None until its route is known, and for one that is open to all.
        status: HTTP status of its answer, as far as it is known.
        resource_id: The number or id of what is changed.
        changed: What is changed, in a few words; never a secret.
        audited: Whether it was written down, and that is committed.
    """

    method: str
    who: Principal | None
    csrf: str = ""
    action: Action | None = None
    status: int = HTTPStatus.OK
    resource_id: str = ""
    changed: dict[str, Noted] = field(default_factory=dict)
    audited: bool = False
    _owner_checked: bool = False

    @property
    def principal(self) -> Principal:
        """Who sends it.

        Raises:
            LookupError: A stranger does, at an address that is open to all.
        """
        if self.who is None:
            raise LookupError("a stranger has no name")
        return self.who

    @property
    def is_unsafe(self) -> bool:
        """Whether its method is one that changes something."""
        return self.method not in SAFE_METHODS

    def note(self, identity: int | str | None = None, **changed: Noted) -> None:
        """Say for the audit log which resource was changed, and what of it."""
        if identity is not None:
            self.resource_id = str(identity)
        self.changed.update(changed)

    def require_own(self, owner: int | None) -> None:
        """Hold that something may be done to what somebody's key made; None: nobody knows whose.

        Raises:
            Refusal: It is somebody else's, and only an administrator may do it to that.
        """
        self._owner_checked = True
        if self.action is None:
            raise LookupError("the route does not say what it does")
        if owner != self.principal.id and not may_to_all(self.principal.role, self.action):
            raise Refusal(HTTPStatus.FORBIDDEN, "service.not-allowed", action=self.action, role=self.principal.role)

    def write(self, session: Session, *, now: datetime) -> None:
        """Write down what was done, in the unit of work in which it was.

        Raises:
            LookupError: The action is one that may be done to one's own only, and nobody looked whose it is.
        """
        if self.action is None or not self.is_unsafe or self.audited:
            return
        rule, who = RULES[self.action], self.who
        if rule.own and not self._owner_checked:
            raise LookupError(f"nobody looked whose it is: {self.action}")
        entry = audit.Entry(
            key=who.id if who else None,
            name=who.name if who else "",
            role=who.role if who else "",
            how=who.how if who else "",
            method=self.method,
            action=self.action,
            resource=rule.resource,
            resource_id=self.resource_id,
            status=self.status,
            changed=self.changed,
        )
        audit.write(session, entry, now=now)
        after_commit(session, self._written)

    def _written(self) -> None:
        self.audited = True


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


def begin(acting: Acting) -> None:
    """Begin a request: all that is done for it, in whichever thread, finds it by ``acting``."""
    _ACTING.set(acting)


def current() -> Acting | None:
    """The request that is being answered; None for what is done in the background."""
    return _ACTING.get()


async def acting() -> Acting:
    """The request that is being answered."""
    found = current()
    if found is None:
        raise LookupError("no request is being answered")
    return found


ActingDep = Annotated[Acting, Depends(acting)]


@dataclass(frozen=True, slots=True)
class Allowed:
    """A dependency that refuses who may not do something; a test reads it from the routes.

    Attributes:
        action: What the route does.
    """

    action: Action

    async def __call__(self, request: Request, acting: ActingDep) -> None:
        """Hold that the request may do it.

        Raises:
            Refusal: It may not.
        """
        role = acting.principal.role
        if not may(role, self.action):
            raise Refusal(HTTPStatus.FORBIDDEN, "service.not-allowed", action=self.action, role=role)
        acting.action = self.action
        acting.status = getattr(request.scope.get("route"), "status_code", None) or acting.status
        named = {name: str(value) for name, value in request.path_params.items()}
        acting.note(named.pop(RULES[self.action].resource, None), **named)


def allows(action: Action) -> Any:
    """What a route says of itself in ``dependencies``: what it does, and so who may use it."""
    return Depends(Allowed(action))


async def _anybody() -> None:
    """Refuse nobody."""


OPEN_TO_ALL = Depends(_anybody)
"""What a route says of itself that strangers may use. Its path stands in ``OPEN_PATHS`` of the gate too."""


def declared(app: FastAPI) -> dict[tuple[str, str], Action | None]:
    """What every route of an application does, by method and path; None for what is open to all.

    Raises:
        LookupError: A route does not say it, or says it twice.
    """
    found: dict[tuple[str, str], Action | None] = {}
    for route in iter_route_contexts(app.routes):
        given = [one.dependency for one in getattr(route, "dependencies", None) or ()]
        said = [one.action for one in given if isinstance(one, Allowed)] + [None for one in given if one is _anybody]
        if len(said) != 1:
            raise LookupError(f"{route.path} has to say once what it does: dependencies=[allows(Action.…)]")
        found.update({(method, str(route.path)): said[0] for method in route.methods or ()})
    return found
