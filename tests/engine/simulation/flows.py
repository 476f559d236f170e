"""Small flows that hold one of everything: branches, parallel work, an inclusive choice, a loop, plans, standards."""

from __future__ import annotations

from functools import cache

from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow_text
from engine.nets.compile import compile_flow
from engine.nets.net import Net

SERVICE = """
trueline: 1
flow: repair_visit
title: {en: Repair visit, zh: 维修到店}
calendar: china-dealer
roles:
  advisor: {en: Advisor, zh: 服务顾问}
  technician: {en: Technician, zh: 技师}
nodes:
  start: start
  receive: {step: {en: Receive the customer, zh: 接待客户}, role: advisor, at-most: 15m}
  inquire: {step: {en: Inquire, zh: 问诊}, role: advisor, at-least: 7m, at-most: 40m}
  coffee: {step: {en: Offer coffee, zh: 送咖啡}, role: advisor, optional: true}
  sign: {step: {en: Sign the order, zh: 签署工单}, role: advisor}
  split: parallel
  repair: {step: {en: Repair, zh: 维修}, role: technician}
  wash: {step: {en: Wash the car, zh: 洗车}, role: technician}
  joined: parallel
  check: {step: {en: Final check, zh: 终检}, role: advisor}
  good: exclusive
  rework: {step: {en: Rework, zh: 返工}, role: technician}
  pay: {step: {en: Pay, zh: 结算}}
  hand_over: {step: {en: Hand over, zh: 交车}, role: advisor}
  explain: {step: {en: Explain the delay, zh: 说明延误}, role: advisor}
  lend: {step: {en: Lend a car, zh: 提供代步车}, role: advisor}
  end: end
edges:
  - start -> receive -> inquire -> coffee -> sign -> split
  - split -> repair -> joined
  - split -> wash -> joined
  - joined -> check -> good
  - good -> rework -> check
  - good -> pay -> hand_over -> end
standards:
  signed-in-time: {response: [inquire, sign], within: 2h}
  paid-before: {precedence: [check, pay]}
  same-day: {cycle-time: {at-most: 8h}}
plans:
  parts-missing:
    {risk: {en: Parts are missing, zh: 缺件}, at: repair, on: {timer: 2h}, path: [explain, lend], rejoin: repair}
"""

SURVEY = """
trueline: 1
flow: survey
title: {en: Survey, zh: 调查}
roles: {analyst: {en: Analyst, zh: 分析员}}
nodes:
  start: start
  conduct: {step: {en: Conduct the survey, zh: 开展调查活动}, role: analyst}
  collect: {step: {en: Collect the answers, zh: 回收调查资料}, aliases: [回收], at-most: 14d}
  choose: inclusive
  phone: {step: {en: Call, zh: 电话回访}, role: analyst}
  mail: {step: {en: Write, zh: 邮件回访}, role: analyst}
  joined: inclusive
  worth: exclusive
  analyse: {step: {en: Analyse the answers, zh: 分析资料}, role: analyst}
  discard: {step: {en: Discard, zh: 作废}, role: analyst}
  end: end
edges:
  - start -> conduct -> collect -> choose
  - choose -> phone -> joined
  - choose -> mail -> joined
  - joined -> worth
  - worth -> analyse -> end
  - worth -> discard -> end
"""


@cache
def flow_of(text: str) -> tuple[Flow, Net]:
    """A flow and its net."""
    flow = read_flow_text(text)
    return flow, compile_flow(flow)
