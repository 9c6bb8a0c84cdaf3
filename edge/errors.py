"""Every error Ostiary raises on purpose: one root, named leaves, the remedy in the message.

This module imports nothing, so that every other module may import it.
"""

from __future__ import annotations


class OstiaryError(Exception):
    """Root of the tree; never raised directly.

    *message* says what is wrong, with the facts; *remedy* says what the reader can do about it.
    The cause is kept by ``raise … from``. *personal* says of a class that its words may name somebody,
    or a file of hers: they are for who asked, and not for a log.
    """

    personal: bool = False

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class ConfigError(OstiaryError):
    """Error raised when the settings cannot be used; lists every fault with its path."""


class ModelError(OstiaryError):
    """Error raised when a model file cannot be used."""


class ModelMissingError(ModelError):
    """Error raised when no source has the file of a catalogued model."""


class ModelTamperedError(ModelError):
    """Error raised when a model file's digest is not the one in the catalogue."""


class ModelCardError(ModelError):
    """Error raised when the card of a user's own embedder is wrong or does not fit its file."""


class ModelConversionError(ModelError):
    """Error raised when a network holds something the converter does not know how to translate."""


class ImageError(OstiaryError):
    """Error raised when a picture cannot be read: not an image, truncated, or too large."""

    personal = True


class ImageTooLargeError(ImageError):
    """Error raised when a picture has too many bytes or pixels."""


class VideoError(OstiaryError):
    """Error raised when a stored video cannot be analysed: no video, damaged, cut off, too large."""

    personal = True


class TooManyJobsError(OstiaryError):
    """Error raised when so many jobs wait already that another would not be done for hours."""


class InUseError(OstiaryError):
    """Error raised when something is in a state in which it cannot be changed so."""


class BucketError(OstiaryError):
    """Error raised when an object of a bucket cannot be had.

    It does not tell whether something outside of the bucket's folder exists.
    """

    personal = True


class ObjectTooLargeError(BucketError):
    """Error raised when an object of a bucket has more bytes than the caller takes."""


class NoFaceError(OstiaryError):
    """Error raised when a picture that must show a face shows none."""

    personal = True


class EmbeddingError(OstiaryError):
    """Error raised when a vector is not a unit vector of finite numbers, or has the wrong length."""


class StorageError(OstiaryError):
    """Error raised when a database cannot be opened, read or written."""


class DiskFullError(StorageError):
    """Error raised when the disk has no space for what is to be written; nothing was written."""


class DamagedError(StorageError):
    """Error raised when what a database holds is not what was written: the file must be put aside."""


class KeyFileError(StorageError):
    """Error raised when the key is missing, malformed, readable by others, or does not fit."""


class NewerDatabaseError(StorageError):
    """Error raised when a database was written by a newer Ostiary than this one."""


class ConstraintError(StorageError):
    """Error raised when a row breaks a rule of the database's schema; nothing was written."""


class CollectionError(OstiaryError):
    """Error raised when a storage operation is refused; nothing was changed."""

    personal = True


class NotFoundError(CollectionError):
    """Error raised when a collection, person, face, badge, job or stream does not exist."""


class AlreadyExistsError(CollectionError):
    """Error raised when a collection, person, badge or stream of that name exists already."""


class ConflictError(CollectionError):
    """Error raised when somebody else changed a person since she was looked at."""


class RepeatedDifferentlyError(CollectionError):
    """Error raised when a request carries the token of another one that was carried out."""


class TooManyFacesError(CollectionError):
    """Error raised when a person would have more faces than one may have."""


class ModelMismatchError(CollectionError):
    """Error raised when a vector comes from another model than the collection's."""

    personal = False


class EnrollmentError(OstiaryError):
    """Error raised when photographs cannot be enrolled: poor, or not all of one person."""

    personal = True


class PhotosRefusedError(EnrollmentError):
    """Error raised when photographs cannot be enrolled; *refusals* says of each one why, in words."""

    def __init__(self, refusals: tuple[str, ...], *, remedy: str = "") -> None:
        super().__init__(" ".join(refusals), remedy=remedy)
        self.refusals = refusals


class AlreadyEnrolledError(EnrollmentError):
    """Error raised when photographs show somebody whom a door would take for *person_id*.

    *similarity* is in percent.
    """

    def __init__(self, person_id: str, similarity: float) -> None:
        super().__init__(
            f"The photos show somebody who is enrolled already as {person_id} "
            f"(similarity {similarity:.2f} %).",
            remedy="Add a badge to that person. If it is somebody else, a twin perhaps, say so.",
        )
        self.person_id = person_id
        self.similarity = similarity


class RulesError(OstiaryError):
    """Error raised when rules cannot be used; *faults* has one line each, with its path."""

    def __init__(self, faults: tuple[str, ...], *, remedy: str = "") -> None:
        count = f"{len(faults)} problem{'s' if len(faults) > 1 else ''} in the rules"
        super().__init__(f"{count}: {'; '.join(faults)}", remedy=remedy)
        self.faults = faults


class ScenarioError(OstiaryError):
    """Error raised when a scenario for the simulation cannot be read, or makes no sense."""


class BenchmarkError(OstiaryError):
    """Error raised when a machine cannot be measured, or what was measured cannot be written."""


class EvaluationError(OstiaryError):
    """Error raised when a folder of photos cannot be evaluated as asked."""


class HardwareError(OstiaryError):
    """Error raised when a device cannot be driven."""


class CameraError(HardwareError):
    """Error raised when a camera gives no frames."""


class EndOfFootageError(CameraError):
    """Error raised when a recorded source has played its last frame."""


class LockError(HardwareError):
    """Error raised when the lock cannot be driven; the door must be taken as not controlled."""


class InputError(HardwareError):
    """Error raised when the lines of a door's contacts and buttons cannot be taken."""


class LineError(HardwareError):
    """Error raised when a serial line cannot be opened or used."""


class ReaderError(HardwareError):
    """Error raised when a card reader or a PIN pad is lost, or cannot be opened."""


class CardError(HardwareError):
    """Error raised when what a reader sent is no card or key, or a number is of no card."""


class PanelError(HardwareError):
    """Error raised when an access control panel cannot be told what it must be told."""


class LiveError(OstiaryError):
    """Error raised when a folder may not hold what a door sees: not in memory, or open to others."""


class AuditError(OstiaryError):
    """Error raised when an event cannot be recorded: the door must not open."""


class AuditFullError(AuditError):
    """Error raised when an event cannot be recorded since the disk is full; space may be freed."""


class ClockError(OstiaryError):
    """Error raised when nothing is removed by its date, because the clock may be wrong."""


class AuditBrokenError(AuditError):
    """Error raised when the audit's chain does not hold: edited, deleted or reordered."""


class AnnouncingError(OstiaryError):
    """Error raised when an event cannot be told to a broker or a server."""
