"""What endpoints ask for: the running service, a unit of work, a language, a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from api.accounts.acting import ActingDep
from api.http.languages import language_of
from api.http.repeating import current_attempt
from api.running import Running
from engine.storage.database import Session
from engine.vocabulary import Language

LARGEST_ID = 2**31 - 1
"""Numbers of rows have 32 bits in PostgreSQL, which answers a larger one with a failure."""
MOST_ITEMS = 100
USUAL_ITEMS = 50


def running_of(request: Request) -> Running:
    """The running service."""
    running: Running = request.app.state.running
    return running


RunningDep = Annotated[Running, Depends(running_of)]


def reading(running: RunningDep) -> Iterator[Session]:
    """A unit of work that changes nothing."""
    with running.database.reading() as session:
        yield session


def writing(running: RunningDep, acting: ActingDep, response: Response) -> Iterator[Session]:
    """A unit of work, committed before the answer is sent: what a client was told is stored is stored.

    The change is written down in the audit log with it, and the answer is kept with it for who sends the same again.
    """
    attempt = current_attempt()
    if attempt is not None:
        attempt.is_kept = True
    with running.database.writing() as session:
        yield session
        acting.status = response.status_code or acting.status
        acting.write(session, now=running.clock())
        if attempt is not None:
            attempt.keep(session, running)


ReadSession = Annotated[Session, Depends(reading, scope="function")]
WriteSession = Annotated[Session, Depends(writing, scope="function")]


def asked_language(
    request: Request,
    lang: Annotated[
        Language | None, Query(description="Language of the answer; without it, Accept-Language decides.")
    ] = None,
) -> Language:
    """The language of the answer."""
    return lang or language_of(request)


LanguageDep = Annotated[Language, Depends(asked_language)]

Id = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The resource's number.", examples=[1])]


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is asked for.

    Attributes:
        after: Only what came after this id.
        limit: At most so many.
    """

    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="The previous page's ``next``.")] = 0
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS, description="At most so many items.")] = USUAL_ITEMS


PageDep = Annotated[PageQuery, Depends()]
