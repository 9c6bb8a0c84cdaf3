"""Liveness sessions: made and asked about here, gone through at the page ``/liveness/ID``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from enroll.liveness.session import LIFETIME
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.members import WIRE, ClientRequestToken, KmsKeyId, Refused, SessionId

VERSION = "1.0.0"
"""Of the challenge, as Amazon numbers it."""

Version = Annotated[
    str,
    Field(
        min_length=5,
        max_length=11,
        pattern=r"^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$",
    ),
]
AuditImagesLimit = Annotated[int, Field(ge=0, le=4)]


class ChallengeType(StrEnum):
    """What somebody can be asked to bear."""

    MOVEMENT = "FaceMovementChallenge"
    MOVEMENT_AND_LIGHT = "FaceMovementAndLightChallenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The oldest and the newest challenge that will do."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    minimum: Version | None = None
    maximum: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePreference:
    """A challenge that will do."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    type: ChallengeType
    versions: Versions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """How to check, and which pictures to keep: none can be."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    output_config: Refused | None = None
    audit_images_limit: AuditImagesLimit | None = None
    challenge_preferences: tuple[ChallengePreference, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFaceLivenessSession:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    kms_key_id: KmsKeyId | None = None
    settings: SessionSettings | None = None
    client_request_token: ClientRequestToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFaceLivenessSessionResults:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    session_id: SessionId


def create_session(call: Call, request: CreateFaceLivenessSession) -> Answer:
    """Make a session; the same token gives the same one again, as at Amazon.

    :raises ServiceError: InvalidParameterException for what there is not here;
        ThrottlingException while too many sessions of the key wait.
    """
    _refuse_pictures(request)
    _refuse_light(request.settings)
    made = call.here.liveness.create(call.key.key_id, token=request.client_request_token)
    if made is None:
        raise ServiceError(
            "ThrottlingException",
            f"Too many sessions of this key wait. Each ends by itself after {LIFETIME:.0f} seconds.",
        )
    return {"SessionId": made.session_id}


def get_results(call: Call, request: GetFaceLivenessSessionResults) -> Answer:
    """Say how a session of this key is; of another's, that there is none.

    :raises ServiceError: SessionNotFoundException.
    """
    sessions = call.here.liveness
    found = sessions.find(request.session_id)
    if found is None or found.owner != call.key.key_id:
        raise ServiceError("SessionNotFoundException", f"There is no session {request.session_id}.")
    result = found.result(sessions.now())
    answer: Answer = {
        "SessionId": found.session_id,
        "Status": result.status,
        "Challenge": {"Type": ChallengeType.MOVEMENT, "Version": VERSION},
    }
    if result.confidence is not None:
        answer["Confidence"] = result.confidence
    return answer


def _refuse_pictures(request: CreateFaceLivenessSession) -> None:
    settings = request.settings or SessionSettings()
    if request.kms_key_id or settings.output_config is not None or settings.audit_images_limit:
        raise invalid(
            "No picture of a face is kept or handed out here: AuditImagesLimit can only be 0, and"
            " there is no OutputConfig and no KmsKeyId."
        )


def _refuse_light(settings: SessionSettings | None) -> None:
    """Refuse unless the challenge that there is would do, where any is named."""
    preferences = (settings or SessionSettings()).challenge_preferences
    if preferences and not any(_would_do(each) for each in preferences):
        raise invalid(
            f"The only challenge here is {ChallengeType.MOVEMENT}, version {VERSION}:"
            " no light is flashed at faces."
        )


def _would_do(preference: ChallengePreference) -> bool:
    versions = preference.versions or Versions()
    least, most = versions.minimum or VERSION, versions.maximum or VERSION
    return preference.type is ChallengeType.MOVEMENT and _parts(least) <= _parts(VERSION) <= _parts(
        most
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
