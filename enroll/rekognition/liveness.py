"""Liveness sessions, which this appliance does not offer yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from enroll.rekognition.call import Answer, Call
from enroll.rekognition.errors import ServiceError, denied
from enroll.rekognition.members import WIRE, ClientRequestToken, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFaceLivenessSession:
    """A request; what it asks for beyond this is not looked at, as nothing of it can be had."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    client_request_token: ClientRequestToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFaceLivenessSessionResults:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    session_id: SessionId


def create_session(call: Call, request: CreateFaceLivenessSession) -> Answer:
    """Refuse: a session without a check of liveness behind it would be believed."""
    del request
    raise denied(f"{call.operation}: this appliance does not tell a living face from a photo yet.")


def get_results(call: Call, request: GetFaceLivenessSessionResults) -> Answer:
    """Say that there is no such session."""
    del call
    raise ServiceError("SessionNotFoundException", f"There is no session {request.session_id}.")
