"""One call of the API: who makes it, on what, and under which names things are known to her."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from edge.audit import EventKind
from edge.collection.answers import answered_once
from edge.users import Users
from enroll.office import Office
from enroll.rekognition.errors import denied, invalid
from enroll.rekognition.keys import AccessKey

Answer: TypeAlias = dict[str, Any]
"""What goes into the body of a response, as JSON."""

ACCOUNT = "000000000000"
"""Stands where an account's number does in Amazon's names: there is one owner."""

_ARN = re.compile(
    rf"arn:aws:rekognition:[a-z0-9-]+:{ACCOUNT}:(collection|streamprocessor)/([a-zA-Z0-9_.\-]+)"
)


@dataclass(frozen=True, slots=True)
class Resource:
    """What an ARN names: *kind* is collection or streamprocessor."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call. *here* is what there is to work with, *region* what the caller thinks she is in."""

    operation: str
    here: Office
    key: AccessKey
    region: str
    now: datetime

    @property
    def users(self) -> Users:
        """The users of all collections."""
        return self.here.users

    @property
    def actor(self) -> str:
        """Who did it, for the audit."""
        return f"key {self.key.key_id}"

    def may_use(self, collection_id: str) -> bool:
        """Return whether the caller's key reaches a collection."""
        return self.key.reaches(collection_id, door=self.here.collection_id)

    def require(self, collection_id: str) -> None:
        """Refuse unless the caller's key reaches a collection, whether it exists or not.

        :raises ServiceError: AccessDeniedException.
        """
        if not self.may_use(collection_id):
            raise denied(
                f"Key {self.key.key_id} is not authorized to perform: rekognition:{self.operation}"
                f" on resource: {self.arn('collection', collection_id)}"
            )

    def arn(self, kind: str, name: str) -> str:
        """Return Amazon's name for a collection or a stream processor."""
        return f"arn:aws:rekognition:{self.region}:{ACCOUNT}:{kind}/{name}"

    def record(self, kind: EventKind, detail: str) -> None:
        """Append an event to the audit, with who did it.

        :raises AuditError: if it cannot be recorded.
        """
        self.here.record(kind, detail=f"{detail}, by {self.actor}")

    def once(self, token: str | None, request: object, act: Callable[[], Answer]) -> Answer:
        """Return what *act* answers, carried out once for all requests with the same *token*.

        A token is its key's and its operation's own.

        :raises RepeatedDifferentlyError: if *token* came with another *request* before.
        """
        if token is None:
            return act()
        answer = answered_once(
            self.here.database,
            token=f"{self.key.key_id}/{self.operation}/{token}",
            digest=hashlib.sha256(repr(request).encode()).hexdigest(),
            now=self.now,
            act=lambda: json.dumps(act()),
        )
        found: Answer = json.loads(answer)
        return found


def resource_of(arn: str) -> Resource:
    """Return what *arn* names.

    :raises ServiceError: InvalidParameterException, if it names nothing that could be here.
    """
    found = _ARN.fullmatch(arn)
    if found is None:
        raise invalid("The ResourceArn is not one of a collection or a stream processor.")
    return Resource(*found.groups())
