"""What the other flows ask for by role, by season and by what was observed, kept and broken by small cases."""

from __future__ import annotations

import pytest

from engine.vocabulary import Verdict
from tests.examples.stories import Story, assessed, result, story, wrongs

FESTIVAL = -18
"""Days from the usual morning to the twelfth of February 2026, five days before the Spring Festival."""


def complaint(route: str, **values: str | bool | int) -> Story:
    """A complaint that takes some way to its settlement."""
    ending = "carry-out reply follow-up learn"
    told = story("complaint_handling", f"receive listen {route} {ending}", **values)
    return told if "settle " not in f"{route} " else told.told("settle", amount=300)


def usual(**values: str | bool | int) -> Story:
    """A complaint that the desk settles."""
    return complaint("investigate settle", **{"special": False, "claim": 300, "accepted": True, **values})


def handed_up() -> Story:
    """A complaint that goes beyond the desk."""
    told = complaint("investigate escalate settle-above", special=False, claim=9000, accepted=True)
    return told.told("settle-above", amount=9000)


def day(route: str, **values: str | bool | int) -> Story:
    """A day of a shop."""
    told = story("peak_handling", f"forecast roster {route}", **{"leave_due": False, **values})
    return told.told("roster", people_off=2).told("watch-queues", queue_length=3)


def quiet_day() -> Story:
    """A day on which nothing is special."""
    return day("open-tills watch-queues close-day review", peak_day=False)


def peak_day() -> Story:
    """A day as the Spring Festival asks for it."""
    told = day("cancel-leave open-all-tills watch-queues close-day review", peak_day=True).late(FESTIVAL)
    told = told.told("roster", people_off=0).told("watch-queues", queue_length=8)
    return told.told("open-all-tills", open_percent=100)


@pytest.mark.parametrize(
    ("role", "amount", "expected"),
    [
        ("agent", 500, set()),
        ("agent", 501, {"wrong-actor desk-authority"}),
        ("supervisor", 2000, set()),
        ("supervisor", 2001, {"wrong-actor desk-authority"}),
        ("caller", 1, {"wrong-actor desk-authority"}),
    ],
)
def test_the_desk_settles_as_far_as_its_role_goes(role: str, amount: int, expected: set[str]) -> None:
    told = usual().told("settle", amount=amount).by("settle", f"{role}-9", role)
    assert wrongs(assessed([told])) == expected


@pytest.mark.parametrize(
    ("role", "amount", "expected"),
    [
        ("manager", 10_000, set()),
        ("manager", 10_001, {"wrong-actor manager-authority"}),
        ("director", 1_000_000, set()),
        ("supervisor", 100, {"wrong-actor manager-authority"}),
    ],
)
def test_above_the_desk_the_manager_and_then_the_director_decides(role: str, amount: int, expected: set[str]) -> None:
    told = handed_up().told("settle-above", amount=amount).by("settle-above", f"{role}-9", role)
    assert wrongs(assessed([told])) == expected


def test_a_special_complaint_is_brought_forward() -> None:
    expedited = complaint("expedite settle", special=True, claim=300, accepted=True)
    assert wrongs(assessed([expedited])) == set()
    assert wrongs(assessed([expedited.delayed("expedite", hours=2)])) == {"late special-brought-forward"}
    assert wrongs(assessed([usual(special=True)])) == {"late special-brought-forward", "wrong-branch investigate"}


def test_whoever_settles_a_complaint_does_not_ask_about_it() -> None:
    assert wrongs(assessed([usual().by("follow-up", "agent-1", "caller")])) == {"wrong-actor asked-by-another"}


def test_around_the_spring_festival_other_standards_are_in_force() -> None:
    assert wrongs(assessed([quiet_day()])) == set()
    assert wrongs(assessed([peak_day()])) == set()
    found = wrongs(assessed([quiet_day().late(FESTIVAL)]))
    assert found == {"wrong-count all-tills-open", "wrong-count overtime-is-worked", "wrong-value nobody-off"}


def test_leave_in_return_is_for_working_days_outside_the_season() -> None:
    route = "open-tills watch-queues close-day review grant-leave"
    granted = day(route, peak_day=False, leave_due=True)
    assert wrongs(assessed([granted])) == set()
    assert wrongs(assessed([granted.told("grant-leave", leave_day="holiday")])) == {"wrong-value leave-on-working-days"}
    assert "wrong-count no-leave-in-season" in wrongs(assessed([granted.late(FESTIVAL)]))


def test_queues_may_be_longer_in_the_season_than_at_usual_times() -> None:
    longer = quiet_day().told("watch-queues", queue_length=8)
    assert wrongs(assessed([longer])) == {"wrong-value queue-at-usual-times"}
    assert wrongs(assessed([peak_day().told("watch-queues", queue_length=9)])) == {"wrong-value queue-in-season"}


def guest(teeth: int, *, observed: bool = True, queue: int = 0) -> Story:
    """A guest who is served, seen by a mystery shopper or not."""
    busy = "manager-out " if queue > 5 else ""
    route = f"arrive/0 welcome/0.5 {busy}take-order suggest pay prepare/1 hand-over/1 farewell"
    told = story("reception", route, observed=observed, queue_length=queue)
    return told.told("welcome", teeth_shown=teeth, appearance="整洁")


def test_a_smile_shows_eight_teeth_where_somebody_looked() -> None:
    found = assessed([guest(8), guest(7), guest(0, observed=False)])
    assert (result(found, "eight-teeth").met, result(found, "eight-teeth").missed) == (1, 1)
    assert wrongs(found) == {"wrong-value eight-teeth"}


def test_the_manager_comes_out_when_more_than_five_wait() -> None:
    assert result(assessed([guest(8, queue=6)]), "manager-at-busy-times").verdict is not Verdict.MISSED
    found = wrongs(assessed([guest(8).known(queue_length=6)]))
    assert found >= {"wrong-count manager-at-busy-times", "wrong-branch queue-settled"}


def test_complaints_have_to_fall_by_a_tenth_from_quarter_to_quarter() -> None:
    def quarters(*complaints: int) -> list[Story]:
        route = "set-goals choose-indicators survey analyse plan improve monitor review"
        told = story(
            "service_evaluation",
            route,
            customers_asked=True,
            has_records=False,
            shopper=False,
            staff_asked=False,
            focus_group=False,
            effective=True,
            continues=False,
        )
        return [told.told("analyse", complaints=count).late(92 * number) for number, count in enumerate(complaints)]

    # the first and the last quarter are not whole
    assert result(assessed(quarters(9, 100, 90, 81, 9)), "fewer-complaints").verdict is Verdict.MET
    assert result(assessed(quarters(9, 100, 95, 81, 9)), "fewer-complaints").verdict is Verdict.MISSED
