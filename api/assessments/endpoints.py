"""Assessments by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.assessments import service
from api.assessments.options import Options
from api.assessments.schemas import AssessmentAnswer, AssessmentRequest, AssessmentSummary
from api.composition import picture_of
from api.flows.endpoints import existing_flow
from api.http.bodies import JsonBody
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PICTURES, PROBLEMS, problems
from api.http.pictures import page_response, picture_response
from api.http.problems import Refusal
from api.http.running import Running
from api.http.shapes import Page
from api.logs.endpoints import existing_log
from api.schemas.assessment import AssessmentShape
from engine.rendering.overlay import OverlayKind
from engine.rendering.picture import PictureFormat
from engine.storage.database import Session
from engine.storage.repository import find, page
from engine.storage.tables import AssessmentRow, Status

router = APIRouter(prefix="/assessments", tags=["assessments"], responses=PROBLEMS)
