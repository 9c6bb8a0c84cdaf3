"""Which function answers which operation; the type of its request stands in its signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias, get_type_hints

from enroll.rekognition import (
    collections,
    detection,
    faces,
    liveness,
    searching,
    streams,
    tags,
    users,
    video,
)
from enroll.rekognition.call import Answer

Handler: TypeAlias = Callable[[Any, Any], Answer]

HANDLERS: Mapping[str, Handler] = {
    "DetectFaces": detection.detect_faces,
    "CompareFaces": detection.compare_faces,
    "SearchFaces": searching.search_faces,
    "SearchFacesByImage": searching.search_faces_by_image,
    "SearchUsers": users.search_users,
    "SearchUsersByImage": users.search_users_by_image,
    "ListCollections": collections.list_collections,
    "DescribeCollection": collections.describe_collection,
    "ListFaces": faces.list_faces,
    "ListUsers": users.list_users,
    "ListTagsForResource": tags.list_tags_for_resource,
    "IndexFaces": faces.index_faces,
    "DeleteFaces": faces.delete_faces,
    "CreateUser": users.create_user,
    "DeleteUser": users.delete_user,
    "AssociateFaces": users.associate_faces,
    "DisassociateFaces": users.disassociate_faces,
    "CreateCollection": collections.create_collection,
    "DeleteCollection": collections.delete_collection,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "StartFaceDetection": video.start_face_detection,
    "GetFaceDetection": video.get_face_detection,
    "StartFaceSearch": video.start_face_search,
    "GetFaceSearch": video.get_face_search,
    "CreateStreamProcessor": streams.create_stream_processor,
    "DescribeStreamProcessor": streams.describe_stream_processor,
    "ListStreamProcessors": streams.list_stream_processors,
    "StartStreamProcessor": streams.start_stream_processor,
    "StopStreamProcessor": streams.stop_stream_processor,
    "UpdateStreamProcessor": streams.update_stream_processor,
    "DeleteStreamProcessor": streams.delete_stream_processor,
    "CreateFaceLivenessSession": liveness.create_session,
    "GetFaceLivenessSessionResults": liveness.get_results,
}


@cache
def request_type(operation: str) -> type[Any]:
    """Return the type of an operation's requests."""
    kind: type[Any] = get_type_hints(HANDLERS[operation])["request"]
    return kind
