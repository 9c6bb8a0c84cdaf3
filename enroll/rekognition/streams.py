"""Stream processors: cameras that are watched for the faces of a collection.

The input names a camera of the settings in place of a Kinesis video stream. The output is demanded as
in Amazon's model, kept and told again, and nothing is written to it: whoever is seen is in the record
of events. Only face search is offered; what belongs to label detection is refused.
"""

from __future__ import annotations

import re
import uuid

from edge.audit import EventKind
from edge.errors import AlreadyExistsError, InUseError, NotFoundError, TooManyJobsError
from edge.streams.processors import NewProcessor, Processor, Processors
from edge.streams.tags import MOST_TAGS
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.paging import place_of, token_at
from enroll.rekognition.stream_requests import (
    CreateStreamProcessor,
    DataSharingPreference,
    Input,
    ListStreamProcessors,
    NamedProcessor,
    Output,
    StartStreamProcessor,
    UpdateStreamProcessor,
)

LEAST_THRESHOLD = 80.0
"""Percent; lower ones are raised to it, as Amazon does. It is also the default."""

MOST_LISTED = 1000

_CAMERA = re.compile(r"arn:[a-z\d-]+:kinesisvideo:[a-z\d-]+:\d{12}:stream/([a-zA-Z0-9_.\-]+)/.+")


def create_stream_processor(call: Call, request: CreateStreamProcessor) -> Answer:
    """Keep a new stream processor, stopped."""
    _refuse_labels(request)
    face_search = request.settings.face_search
    if face_search is None or face_search.collection_id is None:
        raise invalid("Settings need FaceSearch with a CollectionId.")
    call.require(face_search.collection_id)
    new = NewProcessor(
        name=request.name,
        camera=_camera(call, request.input),
        collection_id=face_search.collection_id,
        threshold=max(face_search.face_match_threshold or LEAST_THRESHOLD, LEAST_THRESHOLD),
        input_arn=_input_arn(request.input),
        output_arn=_output_arn(request.output),
        role_arn=request.role_arn,
        tags=request.tags or {},
    )
    if len(new.tags) > MOST_TAGS:
        raise ServiceError("ServiceQuotaExceededException", f"At most {MOST_TAGS} tags are kept.")
    try:
        call.here.collections.describe(new.collection_id)
        _processors(call).create(new, now=call.now)
    except NotFoundError as error:
        raise invalid(str(error)) from error
    except AlreadyExistsError as error:
        raise ServiceError("ResourceInUseException", str(error)) from error
    except TooManyJobsError as error:
        raise ServiceError("LimitExceededException", str(error)) from error
    _record(call, new.name, "made")
    return {"StreamProcessorArn": call.arn("streamprocessor", new.name)}


def describe_stream_processor(call: Call, request: NamedProcessor) -> Answer:
    """Tell how a stream processor is, and what went wrong."""
    found = reached(call, request.name)
    made = found.made
    answer: Answer = {
        "Name": made.name,
        "StreamProcessorArn": call.arn("streamprocessor", made.name),
        "Status": str(found.status),
        "CreationTimestamp": found.created_at.timestamp(),
        "LastUpdateTimestamp": found.updated_at.timestamp(),
        "Input": {"KinesisVideoStream": {"Arn": made.input_arn}},
        "Output": {"KinesisDataStream": {"Arn": made.output_arn}},
        "RoleArn": made.role_arn,
        "Settings": {
            "FaceSearch": {
                "CollectionId": made.collection_id,
                "FaceMatchThreshold": made.threshold,
            }
        },
        "DataSharingPreference": {"OptIn": False},
    }
    if found.message is not None:
        answer["StatusMessage"] = found.message
    return answer


def list_stream_processors(call: Call, request: ListStreamProcessors) -> Answer:
    """List those whose collections the caller's key reaches, by name."""
    after = place_of(request.next_token, call.operation) or ""
    behind = [
        each
        for each in _processors(call).list()
        if each.made.name > after and call.may_use(each.made.collection_id)
    ]
    shown = behind[: min(request.max_results or MOST_LISTED, MOST_LISTED)]
    answer: Answer = {
        "StreamProcessors": [{"Name": each.made.name, "Status": str(each.status)} for each in shown]
    }
    if len(behind) > len(shown):
        answer["NextToken"] = token_at(shown[-1].made.name, call.operation)
    return answer


def start_stream_processor(call: Call, request: StartStreamProcessor) -> Answer:
    """Ask for the camera to be watched."""
    if request.start_selector is not None or request.stop_selector is not None:
        raise invalid("StartSelector and StopSelector are for label detection only.")
    found = reached(call, request.name)
    call.here.collections.describe(found.made.collection_id)
    try:
        _processors(call).start(request.name, now=call.now)
    except InUseError as error:
        raise ServiceError("ResourceInUseException", str(error)) from error
    _record(call, request.name, "started")
    return {"SessionId": str(uuid.uuid4())}


def stop_stream_processor(call: Call, request: NamedProcessor) -> Answer:
    """Ask for the camera to be given back."""
    reached(call, request.name)
    try:
        _processors(call).stop(request.name, now=call.now)
    except InUseError as error:
        raise ServiceError("ResourceInUseException", str(error)) from error
    _record(call, request.name, "stopped")
    return {}


def update_stream_processor(call: Call, request: UpdateStreamProcessor) -> Answer:
    """Take note that nothing is shared; all else that can be updated belongs to label detection."""
    reached(call, request.name)
    if (
        request.settings_for_update
        or request.regions_of_interest_for_update
        or request.parameters_to_delete
    ):
        raise invalid("Only label detection can be updated, which is not available here.")
    _refuse_sharing(request.data_sharing_preference_for_update)
    return {}


def delete_stream_processor(call: Call, request: NamedProcessor) -> Answer:
    """Forget a stream processor that is stopped."""
    reached(call, request.name)
    try:
        _processors(call).delete(request.name)
    except InUseError as error:
        raise ServiceError("ResourceInUseException", str(error)) from error
    _record(call, request.name, "deleted")
    return {}


def reached(call: Call, name: str) -> Processor:
    """Return a stream processor whose collection the caller's key reaches.

    :raises NotFoundError: if there is none of that name.
    :raises ServiceError: AccessDeniedException.
    """
    found = _processors(call).get(name)
    call.require(found.made.collection_id)
    return found


def _processors(call: Call) -> Processors:
    return Processors(call.here.core.video)


def _record(call: Call, name: str, what: str) -> None:
    call.record(EventKind.SETTINGS_CHANGED, f"stream processor {name} {what}")


def _refuse_labels(request: CreateStreamProcessor) -> None:
    """Refuse what belongs to label detection, or would send something away."""
    if request.settings.connected_home is not None:
        raise invalid("ConnectedHome is not available: this appliance recognizes faces only.")
    if request.output.s3_destination is not None:
        raise invalid("An S3Destination is for label detection only.")
    if request.notification_channel is not None:
        raise invalid("There is no SNS here: leave out NotificationChannel.")
    if request.kms_key_id is not None:
        raise invalid("There is no KMS here: everything stored is encrypted with the site's key.")
    if request.regions_of_interest:
        raise invalid("RegionsOfInterest are for label detection only.")
    _refuse_sharing(request.data_sharing_preference)


def _refuse_sharing(preference: DataSharingPreference | None) -> None:
    if preference is not None and preference.opt_in:
        raise invalid("There is nobody to share data with: nothing leaves this appliance.")


def _input_arn(wanted: Input) -> str:
    arn = None if wanted.kinesis_video_stream is None else wanted.kinesis_video_stream.arn
    if arn is None:
        raise invalid("Input needs a KinesisVideoStream with an Arn.")
    return arn


def _output_arn(wanted: Output) -> str:
    arn = None if wanted.kinesis_data_stream is None else wanted.kinesis_data_stream.arn
    if arn is None:
        raise invalid("Output needs a KinesisDataStream with an Arn; events are what is written.")
    return arn


def _camera(call: Call, wanted: Input) -> str:
    """Return the name of the camera that stands in an ARN where the stream's does."""
    found = _CAMERA.fullmatch(_input_arn(wanted))
    if found is None or found[1] not in call.here.core.settings.rekognition.cameras:
        raise invalid(
            "The Arn of the KinesisVideoStream should be arn:aws:kinesisvideo:REGION:ACCOUNT:"
            "stream/CAMERA/ANYTHING with a CAMERA of the settings, under rekognition.cameras."
        )
    return found[1]
