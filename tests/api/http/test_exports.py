"""Assessments as files: the result, and its tables as CSV."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import polars as pl
import pytest

from api.assessments import csv_files
from api.assessments.csv_files import CASE_COLUMNS, zipped_csv
from api.schemas.assessment import AssessmentShape
from engine.assessment.case_book import LOST
from engine.storage.repository import artefact
from tests.api.http.judged import PNML, every, judged
from tests.api.http.service import LOG, Service
from tests.api.http.test_damaged_files import flipped

FORMULAS = 'case,activity,timestamp\n=1+1,Greet,2026-03-01T09:00:00Z\n"@a,""b",-Serve,2026-03-01T10:00:00Z\n'
NAMES = ["scores.csv", "findings.csv", "deviations.csv", "standards.csv", "cases.csv"]


def export(service: Service, number: int, form: str, **asked: str) -> bytes:
    answer = service.client.get(f"/assessments/{number}/export", params={"format": form, **asked})
    assert answer.status_code == 200, answer.text
    return answer.content


def tables(content: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        found = {}
        for name in archive.namelist():
            text = archive.read(name)
            assert text.startswith(b"\xef\xbb\xbf")
            found[name] = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        return found


def records(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_json_is_the_result(service: Service) -> None:
    number = judged(service)
    answer = service.client.get(f"/assessments/{number}/export", params={"format": "json", "lang": "zh"})
    assert answer.json() == service.client.get(f"/assessments/{number}").json()["result"]
    assert answer.headers["content-type"] == "application/json"
    assert "%E7%BB%B4%E4%BF%AE%E5%88%B0%E5%BA%97" in answer.headers["content-disposition"]


@pytest.mark.parametrize("form", ["html", "pdf", "xlsx"])
def test_report_is_exported_as_it_is(service: Service, form: str) -> None:
    number = judged(service)
    answer = service.client.get(f"/assessments/{number}/export", params={"format": form, "lang": "zh"})
    report = service.client.get(f"/assessments/{number}/report", params={"format": form, "lang": "zh"})
    assert answer.content == report.content
    assert answer.headers["content-disposition"].startswith("attachment")


def test_tables_say_what_the_result_says(service: Service) -> None:
    number = judged(service)
    result: dict[str, Any] = service.client.get(f"/assessments/{number}").json()["result"]
    found = {name: records(rows) for name, rows in tables(export(service, number, "csv")).items()}
    assert list(found) == NAMES
    scores = {row["dimension"]: row["score"] for row in found["scores.csv"]}
    assert scores == {name: repr(one["score"]) for name, one in result["dimensions"].items()}
    lost = dict.fromkeys(result["dimensions"], 0)
    for row in found["findings.csv"]:
        lost[row["dimension"]] += int(row["lost"])
    assert lost == {name: one["denominator"] - one["numerator"] for name, one in result["dimensions"].items()}
    assert [row["key"] for row in found["deviations.csv"]] == [one["key"] for one in result["deviations"]]
    assert [int(row["count"]) for row in found["deviations.csv"]] == [one["count"] for one in result["deviations"]]
    branches = [row["branch"] for row in found["deviations.csv"] if row["branch"]]
    assert branches == ["choose | wash"]
    assert [row["title_zh"] for row in found["standards.csv"]] == ["快速", "及时交车"]
    assert [row["met"] for row in found["standards.csv"]] == [str(one["met"]) for one in result["standards"]]


def test_cases_are_those_of_the_case_book_in_the_log_s_order(service: Service) -> None:
    number = judged(service)
    rows = records(tables(export(service, number, "csv"))["cases.csv"])
    assert [row["case_id"] for row in rows] == ["工单 1", "a/b", "c", "d", "e"]
    listed = {one["case"]: one for one in every(service, number, "cases", limit=2)}
    for row in rows:
        shown = listed[row["case_id"]]
        assert int(row["number"]) == shown["number"]
        assert int(row["lost"]) == sum(int(row[name]) for name in LOST.values())
        assert int(row["events"]) == shown["events"]
    result = service.client.get(f"/assessments/{number}").json()["result"]
    for name, column in LOST.items():
        dimension = result["dimensions"][name]
        assert sum(int(row[column]) for row in rows) == dimension["denominator"] - dimension["numerator"]
    assert rows[0]["start"] == "2026-03-02T08:50:00Z"


def test_same_assessment_gives_the_same_bytes(service: Service) -> None:
    number = judged(service)
    assert export(service, number, "csv") == export(service, number, "csv", lang="zh")


def test_no_cell_is_a_formula(service: Service) -> None:
    number = judged(service, log=FORMULAS)
    found = tables(export(service, number, "csv"))
    assert [row[0] for row in found["cases.csv"][1:]] == ["'=1+1", "'@a,\"b"]
    cells = {cell for rows in found.values() for row in rows for cell in row}
    assert "'-Serve" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not _is_number(cell)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_net_has_no_standards_and_all_files(service: Service) -> None:
    number = judged(service, flow=PNML, name="到店.pnml", log=LOG)
    found = tables(export(service, number, "csv"))
    assert list(found) == NAMES
    assert len(found["standards.csv"]) == 1
    assert len(found["cases.csv"]) == 3


def test_cases_come_some_at_a_time_and_are_the_same(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    number = judged(service)
    expected = tables(export(service, number, "csv"))
    monkeypatch.setattr(csv_files, "CASES_AT_ONCE", 2)
    assert tables(export(service, number, "csv")) == expected


def test_many_cases_are_not_held_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of 40,000 cases leaves in chunks, each far smaller than the whole."""
    number = judged(service)
    shape = AssessmentShape.model_validate(service.client.get(f"/assessments/{number}").json()["result"])
    with service.running.database.reading() as session:
        digest = artefact(session, number, "book.cases.parquet")
    assert digest is not None
    few = pl.read_parquet(service.running.files.path(digest))
    many = pl.concat([few] * 8_000).with_columns(case=pl.int_range(pl.len(), dtype=pl.UInt32))
    monkeypatch.setattr(csv_files, "CASES_AT_ONCE", 2_000)
    sizes = [len(chunk) for chunk in zipped_csv(shape, many.lazy())]
    assert len(sizes) > 20
    assert max(sizes) < sum(sizes) / 4


def test_damaged_case_book_is_named_before_anything_is_sent(service: Service) -> None:
    number = judged(service)
    service.client.headers["connection"] = "close"  # which an answer of 500 makes it
    with service.running.database.reading() as session:
        digest = artefact(session, number, "book.cases.parquet")
    assert digest is not None
    flipped(service.running.files.path(digest))
    answer = service.client.get(f"/assessments/{number}/export?format=csv")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.file-damaged")


def test_every_column_of_cases_is_there() -> None:
    assert len(CASE_COLUMNS) == len(set(CASE_COLUMNS))
    assert {"case_id", "number", "lost", *LOST.values()} <= set(CASE_COLUMNS)


@pytest.mark.parametrize("query", ["", "?format=", "?format=doc"])
def test_form_has_to_be_said(service: Service, query: str) -> None:
    number = judged(service)
    assert service.client.get(f"/assessments/{number}/export{query}").status_code == 422
