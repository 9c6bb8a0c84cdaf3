"""All operations of Amazon Rekognition: those answered here, and what to use instead of the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What belongs together, for whoever decides what a key may do."""

    LOOK = "Look at pictures; nothing is kept"
    SEARCH = "Search collections"
    CHANGE = "Change faces and users"
    COLLECTIONS = "Make and delete collections"
    VIDEO = "Search stored video"
    STREAMS = "Watch cameras"
    LIVENESS = "Check that a face is live"
    ELSEWHERE = "Not on this appliance"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. *note* says in a sentence what this appliance does, or does instead."""

    name: str
    group: Group
    note: str

    @property
    def offered(self) -> bool:
        return self.group is not Group.ELSEWHERE


_LABELS = "It recognizes faces and nothing else."
_CELEBRITIES = "Index the faces of whom you look for into a collection and search that."
_CUSTOM = "An embedder of your own is described by a card; see `ostiary models`."
_TRACKING = "StartFaceSearch follows people by their faces through a stored video."

OPERATIONS: tuple[Operation, ...] = (
    Operation("DetectFaces", Group.LOOK, "Boxes, landmarks, pose, quality and what can be told."),
    Operation("CompareFaces", Group.LOOK, "The largest face of one picture against another's."),
    Operation("SearchFaces", Group.SEARCH, "By a stored face."),
    Operation("SearchFacesByImage", Group.SEARCH, "By the largest face of a picture."),
    Operation("SearchUsers", Group.SEARCH, "By a stored face or a user."),
    Operation("SearchUsersByImage", Group.SEARCH, "By the largest face of a picture."),
    Operation("ListCollections", Group.SEARCH, "Those that the key may see."),
    Operation("DescribeCollection", Group.SEARCH, "Counts, the model, when it was made."),
    Operation("ListFaces", Group.SEARCH, "All, some, or a user's; never a vector."),
    Operation("ListUsers", Group.SEARCH, "People enrolled at the kiosk are users, too."),
    Operation("ListTagsForResource", Group.SEARCH, "Of collections and stream processors."),
    Operation("IndexFaces", Group.CHANGE, "Keeps vectors, never pictures."),
    Operation("DeleteFaces", Group.CHANGE, "Leaves no byte of them in any file."),
    Operation("CreateUser", Group.CHANGE, "A person without faces and badge: she opens no door."),
    Operation("DeleteUser", Group.CHANGE, "Her faces stay in the collection, and nobody's."),
    Operation("AssociateFaces", Group.CHANGE, "Up to 100 faces a user, fused into one vector."),
    Operation("DisassociateFaces", Group.CHANGE, "The fused vector is made anew without them."),
    Operation("CreateCollection", Group.COLLECTIONS, "For the appliance's embedder."),
    Operation("DeleteCollection", Group.COLLECTIONS, "With everybody in it; never the door's."),
    Operation("TagResource", Group.COLLECTIONS, "Of collections and stream processors."),
    Operation("UntagResource", Group.COLLECTIONS, "Of collections and stream processors."),
    Operation("StartFaceDetection", Group.VIDEO, "Of a video in a configured folder."),
    Operation("GetFaceDetection", Group.VIDEO, "Poll it: there is no SNS here."),
    Operation("StartFaceSearch", Group.VIDEO, "Of a video in a configured folder."),
    Operation("GetFaceSearch", Group.VIDEO, "Poll it: there is no SNS here."),
    Operation("CreateStreamProcessor", Group.STREAMS, "Of a configured camera, for face search."),
    Operation("DescribeStreamProcessor", Group.STREAMS, "With its status and what went wrong."),
    Operation("ListStreamProcessors", Group.STREAMS, "By name."),
    Operation("StartStreamProcessor", Group.STREAMS, "Matches go to the record of events."),
    Operation("StopStreamProcessor", Group.STREAMS, "The camera is given back."),
    Operation("UpdateStreamProcessor", Group.STREAMS, "Only label detection can be updated."),
    Operation("DeleteStreamProcessor", Group.STREAMS, "When it has stopped."),
    Operation(
        "CreateFaceLivenessSession", Group.LIVENESS, "For the page /liveness/ID of this appliance."
    ),
    Operation(
        "GetFaceLivenessSessionResults", Group.LIVENESS, "Status and grade; never a picture."
    ),
    Operation("DetectLabels", Group.ELSEWHERE, _LABELS),
    Operation("DetectText", Group.ELSEWHERE, _LABELS),
    Operation("DetectModerationLabels", Group.ELSEWHERE, _LABELS),
    Operation(
        "DetectProtectiveEquipment",
        Group.ELSEWHERE,
        "DetectFaces with FACE_OCCLUDED tells whether a face is covered.",
    ),
    Operation("DetectCustomLabels", Group.ELSEWHERE, _LABELS),
    Operation("RecognizeCelebrities", Group.ELSEWHERE, _CELEBRITIES),
    Operation("GetCelebrityInfo", Group.ELSEWHERE, _CELEBRITIES),
    Operation("StartCelebrityRecognition", Group.ELSEWHERE, _CELEBRITIES),
    Operation("GetCelebrityRecognition", Group.ELSEWHERE, _CELEBRITIES),
    Operation("StartPersonTracking", Group.ELSEWHERE, _TRACKING),
    Operation("GetPersonTracking", Group.ELSEWHERE, _TRACKING),
    Operation("StartLabelDetection", Group.ELSEWHERE, _LABELS),
    Operation("GetLabelDetection", Group.ELSEWHERE, _LABELS),
    Operation("StartTextDetection", Group.ELSEWHERE, _LABELS),
    Operation("GetTextDetection", Group.ELSEWHERE, _LABELS),
    Operation("StartSegmentDetection", Group.ELSEWHERE, _LABELS),
    Operation("GetSegmentDetection", Group.ELSEWHERE, _LABELS),
    Operation("StartContentModeration", Group.ELSEWHERE, _LABELS),
    Operation("GetContentModeration", Group.ELSEWHERE, _LABELS),
    Operation("StartMediaAnalysisJob", Group.ELSEWHERE, _LABELS),
    Operation("GetMediaAnalysisJob", Group.ELSEWHERE, _LABELS),
    Operation("ListMediaAnalysisJobs", Group.ELSEWHERE, _LABELS),
    Operation("CreateProject", Group.ELSEWHERE, _CUSTOM),
    Operation("DescribeProjects", Group.ELSEWHERE, _CUSTOM),
    Operation("DeleteProject", Group.ELSEWHERE, _CUSTOM),
    Operation("CreateProjectVersion", Group.ELSEWHERE, _CUSTOM),
    Operation("DescribeProjectVersions", Group.ELSEWHERE, _CUSTOM),
    Operation("StartProjectVersion", Group.ELSEWHERE, _CUSTOM),
    Operation("StopProjectVersion", Group.ELSEWHERE, _CUSTOM),
    Operation("CopyProjectVersion", Group.ELSEWHERE, _CUSTOM),
    Operation("DeleteProjectVersion", Group.ELSEWHERE, _CUSTOM),
    Operation("PutProjectPolicy", Group.ELSEWHERE, _CUSTOM),
    Operation("ListProjectPolicies", Group.ELSEWHERE, _CUSTOM),
    Operation("DeleteProjectPolicy", Group.ELSEWHERE, _CUSTOM),
    Operation("CreateDataset", Group.ELSEWHERE, _CUSTOM),
    Operation("DescribeDataset", Group.ELSEWHERE, _CUSTOM),
    Operation("ListDatasetEntries", Group.ELSEWHERE, _CUSTOM),
    Operation("ListDatasetLabels", Group.ELSEWHERE, _CUSTOM),
    Operation("UpdateDatasetEntries", Group.ELSEWHERE, _CUSTOM),
    Operation("DistributeDatasetEntries", Group.ELSEWHERE, _CUSTOM),
    Operation("DeleteDataset", Group.ELSEWHERE, _CUSTOM),
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}

OFFERED = tuple(operation for operation in OPERATIONS if operation.offered)
"""What a key can be allowed to do."""
