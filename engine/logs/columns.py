"""Which column of a table is the case, which the activity, which the time: by well-known names, or as the user says.

A role has strong names, which mean nothing else in a log, and weak ones, which count only where no strong name is
found. Two columns for one role are never decided here: the user is asked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from engine.logs.collecting import ProblemCollector
from engine.logs.options import ReadOptions

OWN_LAYOUT = ("case_id", "activity", "start", "time", "resource", "lifecycle")
"""The first columns of a table that Trueline wrote; a table that begins like this is read without looking further."""
CASE_PREFIX = "case:"
"""A column whose name begins like this holds an attribute of the case, once it is the same in all of its rows."""

_STRONG = {
    "case": """
        case id, case, case number, case no, case key, case:concept:name, trace id,
        案例编号, 案例号, 案例id, 案例, 个案编号, 工单号, 工单编号, 工单id, 工单单号, 流程实例, 流程实例id,
        流程实例编号, 流程编号, 实例编号, 案件编号, 案件号, 投诉单号, 投诉编号, 维修单号, 维修工单号,
        受理单号, 受理编号, 线索编号, 商机编号
    """,
    "activity": """
        activity, activity name, concept:name, event name, task name, step name,
        活动, 活动名称, 环节, 环节名称, 流程环节, 处理环节, 当前环节, 步骤, 步骤名称, 工序, 工序名称, 任务名称, 事件名称
    """,
    "time": """
        time, timestamp, time:timestamp, event time, event timestamp, complete time, complete timestamp,
        completion time, completion timestamp, completed at, end time, end timestamp, end date, ended at,
        时间, 时间戳, 完成时间, 结束时间, 发生时间, 操作时间, 办理时间, 办结时间, 处理时间, 完工时间, 环节完成时间,
        环节结束时间, 事件时间
    """,
    "start": """
        start, start timestamp, start time, start date, started at, begin time,
        开始时间, 开始日期, 开始时间戳, 受理时间, 开工时间, 环节开始时间, 到达时间, 接单时间
    """,
    "resource": """
        resource, org:resource, agent, user, employee,
        资源, 人员, 处理人, 处理人员, 操作人, 操作员, 执行人, 经办人, 员工, 员工姓名, 坐席, 座席, 坐席工号,
        座席工号, 客服, 顾问, 服务顾问, 销售顾问, 受理人, 技师
    """,
    "lifecycle": "lifecycle, lifecycle:transition, transition, 生命周期, 状态转换, 事件类型",
}
_WEAK = {
    "case": """
        ticket id, ticket number, ticket no, ticket, incident id, incident number, incident, order id, order number,
        order no, request id, request number, service id, call id, number, 订单号, 订单编号, 单号, 单据号, 单据编号,
        业务编号, 服务单号, 流水号, 业务流水号, 呼叫编号, 呼叫id, 通话编号, 来电编号, 编号, 工单
    """,
    "activity": """
        event, task, step, operation, action, incident state, state, status,
        任务, 事件, 操作, 动作, 节点, 节点名称, 操作类型, 处理动作, 状态, 工单状态
    """,
    "time": """
        date, date time, datetime, updated at, sys updated at, created at,
        日期, 日期时间, 完成日期, 结束日期, 更新时间, 创建时间, 呼叫时间, 来电时间
    """,
    "resource": "assigned to, performer, owner, user name, 负责人, 办理人, 工号, 姓名, 处理部门",
}
_ROLES = tuple(_STRONG)
_AMBIGUOUS = {"case": "log.case-ambiguous", "activity": "log.activity-ambiguous", "time": "log.time-ambiguous"}
_NOT_FOUND = {"case": "log.case-not-found", "activity": "log.activity-not-found"}
_COLUMNS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of the six roles; None where the table has none.

    Attributes:
        own: Whether Trueline wrote the table, so that its quoting is undone.
    """

    case: str
    activity: str
    time: str | None
    start: str | None
    resource: str | None
    lifecycle: str | None
    own: bool = False

    @property
    def used(self) -> frozenset[str]:
        """Every column that has a role."""
        every = (self.case, self.activity, self.time, self.start, self.resource, self.lifecycle)
        return frozenset(name for name in every if name is not None)


def find_roles(
    columns: Sequence[str], time_like: Sequence[str], options: ReadOptions, problems: ProblemCollector
) -> Roles:
    """Give each role its column.

    Args:
        columns: The table's columns, without duplicates, in order.
        time_like: Those that look like times, to be proposed when no column is known to be the time.
        options: What the user named; it goes before any well-known name.
        problems: Takes what is missing or ambiguous.

    Raises:
        InputRefused: Case or activity has no column or several; a time is there but nobody knows which column;
            an option names a column that the table does not have. Every such problem is reported, not only the first.
    """
    named = {
        "case": options.case,
        "activity": options.activity,
        "time": options.timestamp,
        "start": options.start,
        "resource": options.resource,
    }
    for role, wanted in named.items():
        if wanted is not None:
            named[role] = _column_named(wanted, columns, problems)
    if tuple(columns[: len(OWN_LAYOUT)]) == OWN_LAYOUT and not any(named.values()):
        return Roles("case_id", "activity", "time", "start", "resource", "lifecycle", own=True)
    listed = _listed(columns)
    found: dict[str, str | None] = {}
    for role in _ROLES:
        wanted = named.get(role)
        if wanted is not None:
            found[role] = wanted
            continue
        taken = {name for name in (*named.values(), *found.values()) if name is not None}
        candidates = _candidates(role, [name for name in columns if name not in taken])
        found[role] = candidates[0] if len(candidates) == 1 else None
        if len(candidates) > 1 and role in _AMBIGUOUS:
            problems.error(_AMBIGUOUS[role], 1, columns=_listed(candidates))
        elif len(candidates) > 1:
            problems.warn("log.column-ambiguous", 1, 1, role, columns=_listed(candidates))
        elif not candidates and role in _NOT_FOUND:
            problems.error(_NOT_FOUND[role], 1, columns=listed)
        elif not candidates and role == "time" and (open_ones := [name for name in time_like if name not in taken]):
            problems.error("log.time-not-found", 1, columns=_listed(open_ones))
    problems.refuse_if_wrong()
    return Roles(
        case=found["case"] or "",
        activity=found["activity"] or "",
        time=found["time"],
        start=found["start"],
        resource=found["resource"],
        lifecycle=found["lifecycle"],
    )


def _column_named(wanted: str, columns: Sequence[str], problems: ProblemCollector) -> str:
    """The column that an option names, however its accents are composed and whatever blanks stand around it."""
    alike = [name for name in columns if _spelt(name) == _spelt(wanted)]
    if len(alike) > 1:
        problems.error("log.columns-spelt-alike", 1, wanted, column=wanted, count=len(alike))
    elif not alike:
        problems.error("log.column-unknown", 1, wanted, column=wanted, columns=_listed(columns))
    return alike[0] if alike else wanted


def _spelt(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def likely_role(name: str, options: ReadOptions) -> str:
    """What ``find_roles`` might take a column for, as its name alone tells.

    Returns:
        "time" (of the event or of its start), "label" (of the case or the activity) or "".
    """

    def is_named(*wanted: str | None) -> bool:
        return any(one is not None and _spelt(one) == _spelt(name) for one in wanted)

    if is_named(options.case, options.activity):
        return "label"
    if is_named(options.resource):
        return ""
    if is_named(options.timestamp, options.start) or _plain(name) in _TIMES:
        return "time"
    return "label" if name == OWN_LAYOUT[0] or _plain(name) in _LABELS else ""


def known_roles(cells: Iterable[str]) -> set[str]:
    """The roles whose well-known names are among some cells, which then are headings."""
    plain = {_plain(cell) for cell in cells} - {""}
    return {role for role in _ROLES if plain & _known(_STRONG[role])}


def guessed_roles(columns: Sequence[str]) -> dict[str, str]:
    """Role → column, for those roles that exactly one of the columns is known to have by its name."""
    found = {role: _candidates(role, columns) for role in _ROLES}
    return {role: candidates[0] for role, candidates in found.items() if len(candidates) == 1}


def _candidates(role: str, columns: Sequence[str]) -> list[str]:
    for names in (_STRONG[role], _WEAK.get(role, "")):
        known = _known(names)
        if matching := [name for name in columns if _plain(name) in known]:
            return matching
    return []


@cache
def _known(names: str) -> frozenset[str]:
    return frozenset(_plain(name) for name in names.split(",")) - {""}


def _plain(name: str) -> str:
    """A name without case, width, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


_TIMES = _known(_STRONG["time"]) | _known(_WEAK["time"]) | _known(_STRONG["start"])
_LABELS = frozenset[str]().union(*(_known(names[role]) for names in (_STRONG, _WEAK) for role in ("case", "activity")))


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(name[:80] for name in columns[:_COLUMNS_SHOWN])
    return shown if len(columns) <= _COLUMNS_SHOWN else f"{shown}, …"
