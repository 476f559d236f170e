"""What every page has: who asks, in which language, and the frame around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.accounts.acting import Acting, allows, current
from api.accounts.roles import Action, may, may_to_all
from api.http.asked import asked_again, readdressed
from api.http.dependencies import LanguageDep, ReadSession, RunningDep
from api.http.languages import LANGUAGE_COOKIE
from api.pages.environment import environment
from api.pages.forms import Form
from api.running import Running
from engine.rendering.wording import Wording
from engine.storage.database import Session
from engine.vocabulary import Language

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing comes from elsewhere, and no script stands in a page: whatever a label says, it stays text."""

READS = [allows(Action.READ)]
"""What every page that only shows something says of itself."""

SECTIONS = ("home", "flows", "logs", "assessments", "live")
YEAR_SECONDS = 31_536_000


@dataclass(frozen=True)
class Visit:
    """Somebody asks for a page.

    Attributes:
        request: The request.
        running: The service.
        session: A unit of work that changes nothing.
        language: Of the page.
    """

    request: Request
    running: Running
    session: Session
    language: Language

    @property
    def wording(self) -> Wording:
        """How the page's language says things."""
        return Wording(self.language)

    def address(self, **changed: str | int | None) -> str:
        """This page's address with some parameters changed; None leaves one out."""
        return asked_again(self.request, **changed)


def visit(request: Request, running: RunningDep, session: ReadSession, language: LanguageDep) -> Visit:
    """Somebody asks for a page."""
    return Visit(request, running, session, language)


VisitDep = Annotated[Visit, Depends(visit)]


def page(visit: Visit, template: str, *, here: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """A page, or a part of one.

    Args:
        visit: Who asks.
        template: The template's name.
        here: The section that it belongs to.
        status: HTTP status.
        values: What the template shows.
    """
    return framed(visit.request, visit.language, template, here=here, status=status, visit=visit, **values)


def framed(
    request: Request,
    language: Language,
    template: str,
    *,
    here: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    again: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page for which nothing has to be looked up, such as one that says what went wrong.

    Args:
        request: The request.
        language: Of the page.
        template: The template's name.
        here: The section that it belongs to.
        status: HTTP status.
        again: The address at which it is found, where that is not the one that was asked for, as after a form.
        values: What the template shows.
    """
    wording, acting = Wording(language), current()
    address = again or asked_again(request)
    content = (
        environment()
        .get_template(template)
        .render(
            t=wording.text,
            term=wording.term,
            w=wording,
            moment=lambda value: _moment(value, wording),
            points=lambda score: wording.score(Fraction(score)),
            language=language.value,
            languages=tuple(Language),
            in_language=lambda other: readdressed(address, lang=other),
            here=here,
            sections=SECTIONS,
            csrf=acting.csrf if acting else "",
            principal=acting.who if acting else None,
            form=values.pop("form", Form()),
            may_to=lambda action, owner: acting is not None and _may_to(acting, Action(action), owner),
            may=lambda action: acting is not None and acting.who is not None and may(acting.who.role, Action(action)),
            **values,
        )
    )
    headers = {
        "Content-Language": language.value,
        "Content-Security-Policy": POLICY,
        # with "no-referrer" a browser hides where a form comes from, even from ourselves
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    response = HTMLResponse(content, status, headers)
    if request.query_params.get("lang") in set(Language):
        response.set_cookie(LANGUAGE_COOKIE, language.value, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    return response


def _may_to(acting: Acting, action: Action, owner: int | None) -> bool:
    """Whether somebody may do something to what a key made; None: nobody knows whose."""
    who = acting.who
    return who is not None and may(who.role, action) and (owner == who.id or may_to_all(who.role, action))


def _moment(value: datetime, wording: Wording) -> Markup:
    """A moment in UTC, which the page's script shows in the reader's own time."""
    return Markup('<time datetime="{}" data-local>{}</time>').format(value.isoformat(), wording.moment(value))
