"""What a file of people says: plain values, strict, in a version of its own.

PINs are not in it, since they are hashed under a secret of their device; nor where somebody is.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from edge.collection.faces import MOST_FACES_OF_A_PERSON, NewFace
from edge.collection.people import Consent, NewPerson, Person
from edge.domain import Badge, Box, Embedding, ModelId, Pose, Quality, QualityReason
from edge.errors import CollectionError
from edge.storage.times import to_text

FORMAT: Literal[1] = 1
MOST_PEOPLE = 50_000
"""With five faces each, a file of 250 MB."""

MOST_BADGES = 1000

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


def _in_utc(at: datetime) -> datetime:
    to_text(at)  # fails beyond the calendar, where it could not be stored
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, Field(max_length=300)]
PersonId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedFace:
    """A face; *vector* is little-endian float32 in base64."""

    box: tuple[float, float, float, float]
    confidence: float
    sharpness: float
    brightness: float
    pose: tuple[float, float, float]
    size: float
    occlusion: float
    weight: float
    reasons: tuple[QualityReason, ...]
    image_id: Text
    external_image_id: Text | None
    vector: Annotated[str, Field(max_length=65_536)]

    def as_new(self, model: ModelId) -> NewFace:
        """Return it to be stored.

        :raises CollectionError: if the vector is not written so.
        :raises EmbeddingError: if it is no unit vector of finite numbers.
        """
        try:
            numbers = np.frombuffer(base64.b64decode(self.vector, validate=True), dtype="<f4")
        except (ValueError, binascii.Error) as error:
            raise CollectionError("a vector is not written as it should be") from error
        return NewFace(
            embedding=Embedding(numbers.astype(np.float32), model),
            box=Box(*self.box),
            confidence=self.confidence,
            quality=Quality(
                sharpness=self.sharpness,
                brightness=self.brightness,
                pose=Pose(*self.pose),
                size=self.size,
                occlusion=self.occlusion,
                weight=self.weight,
                reasons=self.reasons,
            ),
            external_image_id=self.external_image_id,
            image_id=self.image_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedBadge:
    """A badge, with the marks that it has."""

    number: Text
    valid_from: Moment | None
    valid_until: Moment | None
    revoked_at: Moment | None
    duress: bool

    @property
    def as_badge(self) -> Badge:
        return Badge(
            number=self.number,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            revoked_at=self.revoked_at,
            duress=self.duress,
        )


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedConsent:
    """What she agreed to, when and how: it goes wherever her vectors go."""

    text_version: Text
    agreed_at: Moment
    method: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedPerson:
    """A person under the id that she has on every device."""

    person_id: PersonId
    name: Text
    external_id: Text | None
    valid_from: Moment | None
    valid_until: Moment | None
    consent: MovedConsent | None
    retention_until: Moment | None
    declined: bool
    suspended_at: Moment | None
    groups: tuple[Text, ...]
    badges: Annotated[tuple[MovedBadge, ...], Field(max_length=MOST_BADGES)]
    faces: Annotated[tuple[MovedFace, ...], Field(max_length=MOST_FACES_OF_A_PERSON)]

    @property
    def told(self) -> NewPerson:
        """What is told about her."""
        consent = self.consent
        return NewPerson(
            name=self.name,
            external_id=self.external_id,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            consent=None
            if consent is None
            else Consent(consent.text_version, consent.agreed_at, consent.method),
            retention_until=self.retention_until,
            declined=self.declined,
        )


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedPair:
    """Two people who were told apart although a door might not; *similarity* in percent."""

    one: PersonId
    other: PersonId
    similarity: Annotated[float, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MovedPeople:
    """The people of one collection, as they were *at* a moment; vectors are of one embedder."""

    format: Literal[1]
    site: Text
    at: Moment
    collection_id: Text
    model_name: Text
    model_digest: Digest
    dimension: Annotated[int, Field(ge=1, le=8192)]
    people: Annotated[tuple[MovedPerson, ...], Field(max_length=MOST_PEOPLE)]
    look_alikes: tuple[MovedPair, ...]

    @property
    def model(self) -> ModelId:
        return ModelId(self.model_name, self.model_digest)

    def to_json(self) -> bytes:
        """Return it as a file has it."""
        return TypeAdapter(MovedPeople).dump_json(self)

    @classmethod
    def from_json(cls, content: bytes) -> MovedPeople:
        """Return what :meth:`to_json` wrote.

        :raises CollectionError: if it is none, or of a newer Ostiary. No value of it is repeated.
        """
        try:
            moved = TypeAdapter(MovedPeople).validate_json(content)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
            places = [".".join(str(part) for part in fault["loc"]) for fault in faults]
            if "format" in places:
                raise CollectionError(
                    "the file of people is of another format than this Ostiary reads",
                    remedy="Install the version that wrote it here, too.",
                ) from None
            raise CollectionError(
                f"the file of people cannot be read: {places[0] or 'all of it'} is not as it "
                "should be"
            ) from None  # pydantic's own text would repeat the values
        if len({person.person_id for person in moved.people}) < len(moved.people):
            raise CollectionError("the file of people has somebody twice")
        return moved


def vector_text(stored: bytes) -> str:
    """Return a vector, as it is stored, as a file has it."""
    return base64.b64encode(stored).decode("ascii")


def is_over(person: MovedPerson | Person, now: datetime) -> bool:
    """Tell whether she may not be kept any longer *now* (aware)."""
    return person.retention_until is not None and person.retention_until <= now
