"""The one address of the API: AWS JSON 1.1, each request signed, each answer JSON.

A request is refused as early as it can be: before its body is read, if its headers do not tell which
operation is meant, by which key and when; before it is understood, if it was not signed with that
key; before it is carried out, if the key may not do that.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import uuid
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from edge.errors import (
    AlreadyExistsError,
    CollectionError,
    NotFoundError,
    OstiaryError,
    RepeatedDifferentlyError,
)
from enroll.auth import public
from enroll.office import Office, office
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.claim import Claim, claim_of, headers_of, unknown_key
from enroll.rekognition.errors import ServiceError, denied
from enroll.rekognition.handlers import HANDLERS, request_type
from enroll.rekognition.keys import AccessKey
from enroll.rekognition.operations import BY_NAME, Group, Operation
from enroll.rekognition.reading import read_request
from enroll.rekognition.signature import SignedRequest, verify
from enroll.uploads import accepts_body

log = logging.getLogger(__name__)

blueprint = Blueprint("rekognition", __name__)

CONTENT_TYPE = "application/x-amz-json-1.1"
TARGET_PREFIX = "RekognitionService."

LARGEST_BODY = 15 * 2**20
"""Bytes: two pictures of 5 MB in base64, and a little more."""

AT_A_TIME = 4
"""Calls that are carried out at the same time: more would keep people's pages waiting."""

PATIENCE_SECONDS = 10.0
"""How long a call waits for its turn before the client is asked to come again."""

_STATUS = {413: "RequestEntityTooLargeException", 400: "SerializationException"}

_turns = threading.BoundedSemaphore(AT_A_TIME)


@blueprint.post("/")
@public  # the signature says who asks; a browser's session says nothing here
@accepts_body(LARGEST_BODY)
def answer() -> ResponseReturnValue:
    """Answer one request."""
    here = office()
    now = here.clock()
    operation = _operation()
    headers = headers_of(request.headers.items())
    claim = claim_of(headers, now)
    secret = here.keys.secret_of(claim.key_id)
    key = here.keys.get(claim.key_id)
    if secret is None or key is None:
        raise unknown_key()
    body = request.get_data(cache=False)
    verify(_signed(headers, body), claim, secret)
    _refuse_unless_allowed(operation, key)
    here.keys.used(key.key_id, now)
    return _response(_carried_out(here, operation, key, claim, body, now))


def _operation() -> Operation:
    if request.mimetype != CONTENT_TYPE:
        raise ServiceError("UnknownOperationException", f"The Content-Type is {CONTENT_TYPE}.")
    target = request.headers.get("X-Amz-Target", "")
    operation = BY_NAME.get(target.removeprefix(TARGET_PREFIX))
    if not target.startswith(TARGET_PREFIX) or operation is None:
        raise ServiceError("UnknownOperationException", "There is no such operation.")
    return operation


def _signed(headers: dict[str, str], body: bytes) -> SignedRequest:
    return SignedRequest(
        method=request.method,
        path=request.environ.get("REQUEST_URI", request.path).partition("?")[0],
        query=request.environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body,
    )


def _refuse_unless_allowed(operation: Operation, key: AccessKey) -> None:
    if operation.group is Group.ELSEWHERE:
        raise denied(f"{operation.name} is not available on this appliance. {operation.note}")
    if not key.allows(operation.name):
        raise denied(f"Key {key.key_id} is not authorized to perform: rekognition:{operation.name}")


def _carried_out(
    here: Office,
    operation: Operation,
    key: AccessKey,
    claim: Claim,
    body: bytes,
    now: datetime,
) -> Answer:
    asked = read_request(request_type(operation.name), body)
    call = Call(operation.name, here, key, claim.region, now)
    collection_id = getattr(asked, "collection_id", None)
    if collection_id is not None:
        call.require(collection_id)
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise ServiceError("ThrottlingException", "Too much is going on. Try again in a moment.")
    try:
        return HANDLERS[operation.name](call, asked)
    finally:
        _turns.release()


def _response(content: Answer, status: int = HTTPStatus.OK) -> Response:
    answer = Response(json.dumps(content, allow_nan=False), status, content_type=CONTENT_TYPE)
    answer.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return answer


@blueprint.errorhandler(ServiceError)
def _refused(error: ServiceError) -> Response:
    return _problem(error.code, error.message, error.status)


@blueprint.errorhandler(OstiaryError)
def _not_done(error: OstiaryError) -> Response:
    """Tell by Amazon's name what the collection, or the disk, refused."""
    if isinstance(error, NotFoundError):
        return _problem("ResourceNotFoundException", str(error))
    if isinstance(error, AlreadyExistsError):
        return _problem("ResourceAlreadyExistsException", str(error))
    if isinstance(error, RepeatedDifferentlyError):
        return _problem("IdempotentParameterMismatchException", str(error))
    if isinstance(error, CollectionError):
        return _problem("InvalidParameterException", str(error))
    return _at_fault(error)


@blueprint.errorhandler(HTTPException)
def _not_understood(error: HTTPException) -> Response:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code not in _STATUS:
        return _at_fault(error)
    return _problem(_STATUS[code], error.description or "", code)


@blueprint.errorhandler(Exception)
def _at_fault(error: Exception) -> Response:
    number = secrets.token_hex(4)
    if isinstance(error, OstiaryError):  # a full disk, say: the message tells the remedy
        log.error("A call of the API failed (number %s): %s", number, error)
    else:
        log.error("A call of the API failed (number %s)", number, exc_info=error)
    return _problem(
        "InternalServerError",
        f"It was not your fault. Tell whoever looks after this appliance: number {number}.",
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _problem(code: str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> Response:
    # Clients read either spelling of the message, depending on their age.
    return _response({"__type": code, "Code": code, "Message": message, "message": message}, status)
