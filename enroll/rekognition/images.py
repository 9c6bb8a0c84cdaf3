"""The picture of a request: given with it, or an object of a bucket; never put down anywhere."""

from __future__ import annotations

from edge.buckets import Buckets
from edge.domain import Pixels
from edge.errors import BucketError, ImageError, ImageTooLargeError, ObjectTooLargeError
from edge.vision.image import read_image
from enroll.rekognition.call import Call
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.members import Image, S3Object

LARGEST_OBJECT = 15 * 2**20
"""Bytes of a picture in a bucket, as at Amazon."""

FORMATS = ("JPEG", "PNG")


def pixels_of(call: Call, image: Image) -> Pixels:
    """Return the pixels of a request's picture, upright.

    :raises ServiceError: InvalidImageFormatException, ImageTooLargeException,
        InvalidS3ObjectException, or InvalidParameterException for none or two pictures.
    """
    if (image.bytes is None) == (image.s3_object is None):
        raise invalid("Give the image either as Bytes or as an S3Object.")
    content = image.bytes if image.bytes is not None else _object(call, image.s3_object)
    try:
        return read_image(content, name="The image", formats=FORMATS)
    except ImageTooLargeError as error:
        raise ServiceError("ImageTooLargeException", str(error)) from error
    except ImageError as error:
        raise ServiceError("InvalidImageFormatException", str(error)) from error


def named(s3_object: S3Object | None) -> tuple[str, str]:
    """Return the bucket and the name of an object.

    :raises ServiceError: InvalidParameterException, if either is missing, or a version is asked for.
    """
    if s3_object is None or s3_object.bucket is None or s3_object.name is None:
        raise invalid("An S3Object needs a Bucket and a Name.")
    if s3_object.version is not None:
        raise invalid("A bucket here is a folder, which keeps no versions of its files.")
    return s3_object.bucket, s3_object.name


def _object(call: Call, s3_object: S3Object | None) -> bytes:
    bucket, name = named(s3_object)
    buckets = Buckets(call.here.core.settings.rekognition.buckets)
    try:
        return buckets.read(bucket, name, limit=LARGEST_OBJECT)
    except ObjectTooLargeError as error:
        raise ServiceError("ImageTooLargeException", str(error)) from error
    except BucketError as error:
        raise ServiceError("InvalidS3ObjectException", str(error)) from error
