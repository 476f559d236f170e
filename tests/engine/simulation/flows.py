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

EVERY_RULE = """
trueline: 1
flow: workshop
title: {en: Workshop, zh: 车间}
calendar: china-dealer
roles:
  advisor: {en: Advisor, zh: 服务顾问}
  technician: {en: Technician, zh: 技师}
  manager: {en: Manager, zh: 经理}
nodes:
  start: start
  answer: {step: {en: Answer the phone, zh: 接听电话}, role: advisor}
  known: exclusive
  book: {step: {en: Book, zh: 预约}, role: advisor}
  register: {step: {en: Register, zh: 登记}, role: advisor}
  come: exclusive
  gift: {step: {en: Give a gift, zh: 赠送礼品}, role: advisor, optional: true}
  covers: {step: {en: Put on covers, zh: 铺设护套}, role: advisor}
  estimate: {step: {en: Estimate, zh: 估价}, role: advisor}
  sign: {step: {en: Sign, zh: 签单}, role: advisor}
  repair: {step: {en: Repair, zh: 维修}, role: technician}
  test: {step: {en: Test, zh: 检验}, role: technician}
  good: exclusive
  discount: {step: {en: Decide on a discount, zh: 决定优惠}, role: advisor}
  remind: {step: {en: Remind, zh: 提醒}, role: advisor}
  deliver: {step: {en: Deliver, zh: 交车}, role: advisor}
  end: end
edges:
  - start -> answer -> known
  - {from: known, to: book, when: "case.booked && case.visits > 2"}
  - {from: known, to: register, otherwise: true}
  - book -> come
  - register -> come
  - come -> covers -> gift -> estimate -> sign -> repair -> test -> good
  - {from: good, to: repair, when: "case.faults > 3"}
  - {from: good, to: discount, otherwise: true}
  - discount -> remind -> deliver -> end
seasons:
  peak: {title: {en: Peak, zh: 旺季}, days: [03-03 to 03-06]}
standards:
  once: {count: covers, at-least: 1, at-most: 1}
  few-repairs: {count: repair, at-most: 3}
  gift-for-known: {count: gift, at-least: 1, when: "case.booked"}
  estimate-first: {precedence: [estimate, sign]}
  gift-then-sign: {response: [gift, sign]}
  signed-soon: {response: [estimate, sign], within: 1h}
  all-done: {all-of: [covers, estimate], before: sign}
  set: {together: [covers, estimate, gift], when: "case.visits > 5"}
  long-enough: {duration: estimate, at-least: 7m}
  in-time: {cycle-time: {at-most: 5 workdays}}
  ready: {deadline: deliver, promised: case.promised}
  reminded: {lead-time: remind, before: case.promised, at-least: 30m, when: "case.booked"}
  reminded-early: {lead-time: remind, before: case.promised, at-least: 2h, when: "!case.booked"}
  price: {agreement: [estimate.price, deliver.price], within: 10%}
  rings: {level: answer.rings, at-most: 2}
  satisfied: {level: case.satisfaction, at-least: 85, at-most: 100, season: peak}
  polite: {rating: deliver.attitude, scale: [差, 一般, 良好, 优秀], at-least: 良好}
  key-tag: {fields: covers, require: [plate_number, {name: colour, one-of: [red, blue]}]}
  seen: {holds: covers, that: "event.customer_present && event.minutes < 20"}
  one-advisor: {same-actor: [estimate, sign, deliver]}
  two-people: {different-actor: [repair, test]}
  big-by-manager: {performed-by: discount, roles: [manager], when: "case.visits > 8"}
  by-technician: {performed-by: repair, roles: [technician, manager]}
  limit: {authority: discount, amount: discount.amount, limits: {advisor: 500, manager: 5000}}
  fewer: {change: {count: register}, per: month, at-most: -10%}
  booked-quicker: {quicker: "case.booked", than: "!case.booked"}
"""

SHIFTS = """
trueline: 1
flow: towing
title: {en: Towing, zh: 拖车救援}
calendar: {by: case.branch, values: {north: north-shop, west: west-shop}, otherwise: china-dealer}
calendars:
  north-shop:
    timezone: Asia/Shanghai
    hours: {mon-fri: [08:30-12:00, 13:00-17:30], sat: 09:00-12:00}
    holidays: CN
    closed: [03-05]
    open: {2026-03-08: 09:00-15:00}
  west-shop: {timezone: America/New_York, hours: {mon-fri: 08:00-18:00}}
  night: {timezone: Asia/Shanghai, hours: {mon-sun: 20:00-08:00}}
  late-night: {timezone: Asia/Shanghai, hours: {fri-sun: 22:00-06:00, mon-thu: 21:00-07:00}, holidays: CN}
  bank: {timezone: Europe/Berlin, hours: {mon-fri: 08:00-16:00}, holidays: DE-BY}
roles:
  desk: {en: Desk, zh: 前台}
  driver: {en: Driver, zh: 拖车司机}
  clerk: {en: Clerk, zh: 文员}
  technician: {en: Technician, zh: 技师}
role-calendars:
  driver: {by: case.branch, values: {north: late-night}, otherwise: night}
  clerk: bank
nodes:
  start: start
  call: {step: {en: Take the call, zh: 接听求助电话}, role: desk, at-most: 20m}
  fork: parallel
  tow: {step: {en: Tow the car, zh: 拖车}, role: driver, at-least: 15m, at-most: 3 workhours}
  insure: {step: {en: Ask the insurer, zh: 联系保险}, role: clerk}
  joined: parallel
  repair: {step: {en: Repair, zh: 维修}, role: technician}
  bill: {step: {en: Write the bill, zh: 开具账单}, role: clerk}
  hand_over: {step: {en: Hand over, zh: 交车}, role: desk}
  end: end
edges:
  - start -> call -> fork
  - fork -> tow -> joined
  - fork -> insure -> joined
  - joined -> repair -> bill -> hand_over -> end
standards:
  towed-soon: {response: [call, tow], within: 4 workhours}
  insured: {response: [call, insure], within: 2 workdays}
  handed-over: {response: [repair, hand_over], within: 1 workday}
  in-time: {cycle-time: {at-most: 6 workdays}}
  ready: {deadline: hand_over, promised: case.promised}
  billed-early: {lead-time: bill, before: case.promised, at-least: 1 workhour, when: "case.private"}
"""


@cache
def flow_of(text: str) -> tuple[Flow, Net]:
    """A flow and its net."""
    flow = read_flow_text(text)
    return flow, compile_flow(flow)
