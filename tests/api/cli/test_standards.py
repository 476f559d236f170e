"""``trueline standards``: rules, targets, the five requirements and the domains, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.cli.making import FLOW, flow_file, log_file, run

STANDARDS = """\
standards:
  analysed:
    title: {en: Analysed at once, zh: 及时分析}
    response: [collect, analyse]
    within: same day
    share: 96%
    tolerance: 4%
    domain: time-limit
    per: month
    when: "case.answers > 0"
  quick: {intention: {en: As soon as possible, zh: 尽快}, about: [conduct, collect]}
"""


def test_every_standard_stands_beside_the_requirements(tmp_path: Path) -> None:
    result = run("standards", flow_file(tmp_path, FLOW + STANDARDS))
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if "response" in line]
    cells = [cell.strip() for cell in row.strip("│┃ ").split("│")]
    assert cells == [
        "Analysed at once",
        'response: [collect, analyse], within: same day, when: "case.answers > 0", per: month',
        "96% − 4%",
        *("yes", "yes", "open", "yes", "yes"),
    ]
    assert "without a rule: As soon as possible" in result.stdout
    assert "1 of 14 domains of service have a standard" in result.stdout


def test_it_reads_in_chinese(tmp_path: Path) -> None:
    result = run("--lang", "zh", "standards", flow_file(tmp_path, FLOW + STANDARDS))
    for word in ("及时分析", "明确性", "吻合性", "组织和监管", "没有规则：尽快", "14 个服务领域中，1 个有标准"):
        assert word in result.stdout


def test_as_json(tmp_path: Path) -> None:
    result = run("standards", flow_file(tmp_path, FLOW + STANDARDS), "--json", "-")
    found = json.loads(result.stdout)
    assert (found["flow"], found["covered"], len(found["domains"])) == ("survey", 1, 14)
    inline, analysed, quick = found["standards"]
    assert inline["requirements"]["feasible"] == "no"
    assert (analysed["rule"], analysed["share"]) == (
        'response: [collect, analyse], within: same day, when: "case.answers > 0", per: month',
        0.96,
    )
    assert analysed["evidence"] == [
        *("activity (collect)", "activity (analyse)", "time (collect)", "time (analyse)"),
        *("time", "case.answers"),
    ]
    assert (quick["rule"], quick["statement"]["zh"], quick["requirements"]["clear"]) == (None, "尽快", "no")


def test_a_flow_without_standards_says_so(tmp_path: Path) -> None:
    bare = FLOW.replace(", at-most: 14d", "")
    assert run("standards", flow_file(tmp_path, bare)).stdout.strip() == "The flow has no standards"


def test_a_check_beside_a_log_says_what_the_log_does_not_record(tmp_path: Path) -> None:
    flow = flow_file(tmp_path, FLOW.replace(", at-most: 14d", "") + STANDARDS)
    result = run("check", flow, "--log", log_file(tmp_path))
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if "does not record" in line]
    assert "“analysed”" in line
    assert "case.answers" in line
    assert "does not record" not in run("check", flow).stdout
