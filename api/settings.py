"""Settings: what an installation may choose, from environment variables that begin with ``TRUELINE_``.

Each published limit is a setting of the same name. This is the only file that reads the environment for the product;
the engine gets everything as arguments.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.operations.logs import LogFormat, LogLevel
from engine.errors import InputRefused, Place, Problem
from engine.limits import Limits
from engine.messages.catalogue import SETTING_PREFIX

LARGEST = 2**40
"""The largest limit that can be set: a tebibyte, or as many things."""


_ANY_CASE = BeforeValidator(lambda said: said.lower() if isinstance(said, str) else said)


class _Environment(BaseSettings):
    """What all settings have in common."""

    model_config = SettingsConfigDict(env_prefix=SETTING_PREFIX, extra="ignore", frozen=True, validate_default=True)


_sizes: dict[str, Any] = {
    field.name: (Annotated[int, Field(ge=1, le=LARGEST)], field.default) for field in fields(Limits)
}
_LimitSettings = create_model("_LimitSettings", __base__=_Environment, **_sizes)


def limits_of_environment() -> Limits:
    """The published limits, each as its variable says where there is one.

    Raises:
        pydantic.ValidationError: A variable is no whole number between 1 and ``LARGEST``.
    """
    return Limits(**_LimitSettings().model_dump())


class Settings(_Environment):
    """What an installation may choose.

    Attributes:
        data: Folder of the service's own files; made when the service starts.
        database: URL of the database; empty for a SQLite file in ``data``.
        host: Address that the service listens on.
        port: Port that the service listens on; 0 lets the system choose one.
        seal_events: How many events of a live log gather in the database before they are moved into a file.
        near_minutes: How long before its time is used up a deadline of an open case is near.
        private_hooks: Whether hooks may lead to this machine and to private networks.
        session_hours: How long a browser stays signed in, whatever happens.
        idle_minutes: How long it stays signed in without a request.
        log_format: The form of a line of the service's log.
        log_level: From which level on something is logged.
        limits: The published limits, each from a variable of its own name.
    """

    data: Path = Path("trueline-data")
    database: str = ""
    host: Annotated[str, Field(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    seal_events: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    near_minutes: Annotated[int, Field(ge=0, le=43_200)] = 30
    private_hooks: bool = False
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    idle_minutes: Annotated[int, Field(ge=5, le=43_200)] = 60
    log_format: Annotated[LogFormat, _ANY_CASE] = LogFormat.JSON
    log_level: Annotated[LogLevel, _ANY_CASE] = LogLevel.INFO
    limits: Limits = Field(default_factory=limits_of_environment)

    @property
    def database_url(self) -> str:
        """The database's URL: as given, else a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'trueline.db'}"


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        InputRefused: A variable holds what its setting cannot be; every such variable is named.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise InputRefused(
            Problem(
                "cli.setting-invalid",
                Place(SETTING_PREFIX + ".".join(str(part) for part in issue["loc"]).upper()),
                {"value": str(issue["input"]), "reason": issue["msg"]},
            )
            for issue in error.errors()
        ) from None
