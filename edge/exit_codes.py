"""What the exit status of ``ostiary`` says; the README and ``ostiary --help`` show this table."""

from __future__ import annotations

from edge.errors import (
    AnnouncingError,
    AuditError,
    BenchmarkError,
    BucketError,
    ClockError,
    CollectionError,
    ConfigError,
    EmbeddingError,
    EnrollmentError,
    EvaluationError,
    HardwareError,
    ImageError,
    InUseError,
    ModelError,
    NoFaceError,
    OstiaryError,
    RulesError,
    ScenarioError,
    StorageError,
    TooManyJobsError,
    VideoError,
)

SUCCESS = 0
NEGATIVE = 1
USAGE = 2
INTERRUPTED = 130

EXIT_CODES: dict[int, str] = {
    SUCCESS: "done; yes",
    NEGATIVE: "the answer is no: no match, another person, a check that failed",
    USAGE: "the command line, the settings or the rules are wrong",
    3: "a picture or a folder of them was refused",
    4: "a model is missing or was tampered with",
    5: "the collection, its file or its key refused",
    6: "a camera, a lock, a reader or a panel cannot be driven",
    7: "the audit cannot be written, or its chain is broken",
    INTERRUPTED: "interrupted",
}

_BY_ERROR: tuple[tuple[type[OstiaryError], int], ...] = (
    (ConfigError, USAGE),
    (RulesError, USAGE),
    (ScenarioError, USAGE),
    (ImageError, 3),
    (BucketError, 3),
    (VideoError, 3),
    (NoFaceError, 3),
    (EnrollmentError, 3),
    (EvaluationError, 3),
    (ModelError, 4),
    (EmbeddingError, 4),
    (StorageError, 5),
    (CollectionError, 5),
    (TooManyJobsError, 5),
    (InUseError, 5),
    (HardwareError, 6),
    (AuditError, 7),
    (AnnouncingError, NEGATIVE),
    (ClockError, NEGATIVE),
    (BenchmarkError, NEGATIVE),
)


def exit_code_of(error: OstiaryError) -> int:
    """Return the exit status for *error*."""
    return next(code for kind, code in _BY_ERROR if isinstance(error, kind))
