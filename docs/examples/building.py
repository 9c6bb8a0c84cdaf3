#!/usr/bin/env python3
"""Who arrives? Photos of people who arrive, held against a folder of scanned badges.

    python building.py BADGES ARRIVING [ARRIVING …] [--clean]

    BADGES/4711.jpg, BADGES/4712_Grace_Hopper.png …: badge numbers, as the files' names begin
    ARRIVING: a photo of whoever stands there now

A collection is made, each badge's face indexed with its number as ExternalImageId, and the largest
face of each photo searched. It is let in if it is like one badge *strictly above* 99 %, and like no
other badge's that much: who looks like two people is not known to be either.

What a match does not prove:

* That somebody stands there. A photo of a photo matches as well, and so does the portrait on the
  badge itself, held before the camera. There is no check of liveness in SearchFacesByImage; let a
  person watch, or ask for a second factor.
* That it is she, where many badges are searched. 99 % means that one stranger in 100,000 is as like
  *one* face; among 1,000 badges it is one in a hundred. ``ostiary door`` asks for more the more
  people there are, and fuses several frames of somebody; this script looks at one picture.
* That the badge is valid. A collection knows faces; ``ostiary people`` knows who is suspended.

Needs boto3 and a key for the groups collections, change and search; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ABOVE = 99.0
"""Percent; a similarity of exactly this much is not enough."""

PHOTOS = (".jpg", ".jpeg", ".png")
"""What the appliance takes; up to 5 MB each."""

UNUSABLE = (
    "InvalidImageFormatException",
    "ImageTooLargeException",
    "InvalidParameterException",
    "ValidationException",
)
"""What the appliance says of a picture without a face, a damaged or too large one, or a badge number
that no ExternalImageId can be."""


def connect(endpoint: str | None, certificate: str | None) -> Any:
    """Return a client for the appliance; never one for Amazon, because these are faces of staff."""
    if not endpoint:
        sys.exit("Say where the appliance is: --endpoint https://door.local:8080")
    session = boto3.Session()
    region = session.region_name or "us-east-1"  # any will do, but boto3 wants one
    return session.client(
        "rekognition", endpoint_url=endpoint, region_name=region, verify=certificate
    )


def ensure_collection(client: Any, collection: str) -> set[str]:
    """Make the collection, or find it; return the badge numbers that are in it."""
    try:
        client.create_collection(CollectionId=collection)
    except client.exceptions.ResourceAlreadyExistsException:
        print(f"The collection {collection} is there already.")
    pages = client.get_paginator("list_faces").paginate(CollectionId=collection)
    return {face.get("ExternalImageId", "") for page in pages for face in page["Faces"]}


def index_badges(client: Any, collection: str, folder: Path) -> None:
    """Index the largest face of each badge that is not in the collection yet."""
    known = ensure_collection(client, collection)
    for path in sorted(folder.iterdir()):
        badge = path.stem.partition("_")[0]
        if path.suffix.lower() not in PHOTOS or badge in known:
            continue
        try:
            told = client.index_faces(
                CollectionId=collection,
                Image={"Bytes": path.read_bytes()},
                ExternalImageId=badge,
                MaxFaces=1,
                QualityFilter="AUTO",
            )
        except ClientError as error:
            print(f"{path.name:24}  not indexed: {refusal(error)}")
            continue
        if told["FaceRecords"]:
            known.add(badge)
            print(f"{path.name:24}  badge {badge}")
        else:
            reasons = {why for face in told["UnindexedFaces"] for why in face["Reasons"]}
            print(f"{path.name:24}  not indexed: {', '.join(sorted(reasons)) or 'no face'}")


def authenticate(client: Any, collection: str, photo: Path) -> tuple[str | None, str]:
    """Return the badge of whoever is on a photo, or None; and why."""
    try:
        told = client.search_faces_by_image(
            CollectionId=collection,
            Image={"Bytes": photo.read_bytes()},
            FaceMatchThreshold=ABOVE,
            QualityFilter="AUTO",
        )
    except ClientError as error:
        return None, refusal(error)
    alike = {  # by badge, its most alike face: they come best first
        match["Face"]["ExternalImageId"]: match["Similarity"]
        for match in reversed(told["FaceMatches"])
        if match["Similarity"] > ABOVE and "ExternalImageId" in match["Face"]
    }
    if not alike:
        return None, f"like nobody above {ABOVE:g} %"
    if len(alike) > 1:
        return None, f"like badges {', '.join(sorted(alike))} above {ABOVE:g} %"
    (badge,) = alike
    return badge, f"{alike[badge]:.2f} %"


def refusal(error: ClientError) -> str:
    """Return what the appliance has against a picture; whatever else it says ends the run."""
    if error.response["Error"]["Code"] not in UNUSABLE:
        raise error
    return str(error.response["Error"]["Message"])


def main() -> int:
    """Index the badges and say who arrives; 1 if anybody was denied."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("badges", type=Path)
    parser.add_argument("arriving", type=Path, nargs="+")
    parser.add_argument("--collection", default="building")
    parser.add_argument("--clean", action="store_true", help="at the end, delete the collection")
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL_REKOGNITION"))
    parser.add_argument("--verify", metavar="CERTIFICATE", help="default: $AWS_CA_BUNDLE")
    arguments = parser.parse_args()
    client, denied = connect(arguments.endpoint, arguments.verify), 0
    try:
        index_badges(client, arguments.collection, arguments.badges)
        for photo in arguments.arriving:
            badge, why = authenticate(client, arguments.collection, photo)
            denied += badge is None
            print(f"{photo.name:24}  {f'badge {badge}: come in' if badge else 'DENIED'} ({why})")
        if arguments.clean:
            client.delete_collection(CollectionId=arguments.collection)
            print(f"The collection {arguments.collection} is deleted.")
    except (BotoCoreError, ClientError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    return 1 if denied else 0


if __name__ == "__main__":
    sys.exit(main())
