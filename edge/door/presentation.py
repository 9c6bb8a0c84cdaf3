"""The frames of one approach become one piece of evidence; pure, no clock, no I/O.

A *presentation* is one approach of one face to the camera (ISO/IEC 30107-3). Its good frames are
fused, because one lucky or unlucky frame proves little: on frontal photographs in the wild, one
photo against one misses 5 % at a false match rate of 1e-5, three fused against three none.

The watch is a value. :func:`observe` takes the next frame and returns the next watch, with a
:class:`Question` when there is something to decide; :func:`conclude` takes the answer. A denial
that is not final yet is held back; if the face leaves before it is, :func:`observe` returns it.
A face that has left can only be denied.

Nobody is let in twice by one approach: a granted face is *spent*, and stays so until it has not
been seen for a while, wherever in the picture it walks meanwhile and whoever steps in between.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from edge.domain import Box, Decision, Embedding, Evidence, Face, QualityReason, Reason, fuse


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationPolicy:
    """How frames become evidence. Durations are seconds.

    *frames*: good frames needed before anything is decided.
    *window*: the most recent good frames that are fused; older ones are forgotten.
    *decide_after*: how long a face may take to convince before a denial is final.
    *rearm*: how long a face must be away before it can be decided on anew.
    *retry*: pause after a denial before the same face is looked at again.
    *attempts*: denials of one presentation after which only leaving helps. It bounds how often a
    stranger may try the rate of false matches without walking away.
    *same_face_cosine*: below this cosine to the fused evidence, it is somebody else who steps in.
    """

    frames: int = 3
    window: int = 10
    decide_after: float = 1.5
    rearm: float = 3.0
    retry: float = 3.0
    attempts: int = 3
    same_face_cosine: float = 0.373


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """The largest face of one frame; *embedding* is None where its quality is not good."""

    face: Face
    embedding: Embedding | None


@dataclass(frozen=True, slots=True, eq=False)
class Presentation:
    """One approach, up to now. Times are seconds of the frames' monotonic clock.

    *approach* is its number, which it keeps through all its tries.
    """

    approach: int
    began: float
    seen_at: float
    box: Box
    seen: int = 0
    good: tuple[tuple[Embedding, float], ...] = ()
    refusals: tuple[QualityReason, ...] = ()
    denials: int = 0
    quiet_until: float = float("-inf")
    held_back: Decision | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Spent:
    """A face that was granted and has not left yet."""

    embedding: Embedding
    seen_at: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What the door knows between two frames."""

    current: Presentation | None = None
    spent: tuple[Spent, ...] = ()
    approaches: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Evidence to decide on. A denial counts only when *final*: until then the face may try on.

    *began* is when the presentation, or its try after a denial, began: another face has another.
    """

    evidence: Evidence
    final: bool
    began: float


def observe(
    watch: Watch, observation: Observation | None, now: float, policy: PresentationPolicy
) -> tuple[Watch, Question | Decision | None]:
    """Return the watch after the next frame, taken at *now*, and what follows from it.

    That is a question to be decided, the denial of a face that has left, or nothing.
    """
    watch = _forget_spent(watch, now, policy)
    if observation is None:
        return _without_face(watch, now, policy)
    spent = _spent_face(watch, observation, policy)
    if spent is not None:
        return _refresh(watch, spent, observation, now), None
    current = watch.current
    if current is None or not _continues(current, observation, now, policy):
        watch = replace(watch, approaches=watch.approaches + 1)
        box = observation.face.box
        current = Presentation(approach=watch.approaches, began=now, seen_at=now, box=box)
    current = _extended(current, observation, now, policy)
    return replace(watch, current=current), _question(current, now, policy)


def conclude(
    watch: Watch, question: Question, decision: Decision, now: float, policy: PresentationPolicy
) -> Watch:
    """Return the watch after *decision* was the answer to *question*, the last one asked."""
    if decision.granted:
        return spend(watch)
    if watch.current is not None and not question.final:
        return replace(watch, current=replace(watch.current, held_back=decision))
    return deny(watch, decision.reason, now, policy)


def spend(watch: Watch) -> Watch:
    """Return the watch after the face of the moment was let in."""
    current = watch.current
    if current is None or not current.good:
        return watch
    spent = Spent(_fused(current), current.seen_at, current.box)
    return replace(watch, current=None, spent=(*watch.spent, spent))


def deny(watch: Watch, reason: Reason, now: float, policy: PresentationPolicy) -> Watch:
    """Return the watch after the face of the moment was denied for good; it may try again later."""
    current = watch.current
    if current is None:
        return watch
    again_at = now + policy.retry
    denied = Presentation(
        approach=current.approach,
        began=again_at,
        seen_at=current.seen_at,
        box=current.box,
        # A door that is open for somebody else is no fault of this face.
        denials=current.denials + (reason is not Reason.BUSY),
        quiet_until=again_at,
    )
    return replace(watch, current=denied)


def hold(watch: Watch, until: float) -> Watch:
    """Return the watch in which nothing is asked about the face of the moment before *until*.

    For as long as something else is waited for, such as a badge; the face must stay.
    """
    if watch.current is None:
        return watch
    held = replace(watch.current, quiet_until=until, held_back=None)
    return replace(watch, current=held)


def resume(watch: Watch, now: float) -> Watch:
    """Return the watch in which the face of the moment is asked about anew, from *now* on."""
    current = watch.current
    if current is None:
        return watch
    return replace(watch, current=replace(current, began=now, quiet_until=now))


def _forget_spent(watch: Watch, now: float, policy: PresentationPolicy) -> Watch:
    kept = tuple(spent for spent in watch.spent if now - spent.seen_at <= policy.rearm)
    return watch if len(kept) == len(watch.spent) else replace(watch, spent=kept)


def _without_face(
    watch: Watch, now: float, policy: PresentationPolicy
) -> tuple[Watch, Decision | None]:
    current = watch.current
    if current is None or now - current.seen_at <= policy.rearm:
        return watch, None
    return replace(watch, current=None), current.held_back


def _spent_face(watch: Watch, observation: Observation, policy: PresentationPolicy) -> Spent | None:
    """Return the spent face this is; where the vector is missing, nearness alone makes it so."""
    for spent in watch.spent:
        if observation.embedding is None:
            if watch.current is None or spent.box.overlap(observation.face.box) > 0:
                return spent
        elif spent.embedding.cosine(observation.embedding) >= policy.same_face_cosine:
            return spent
    return None


def _refresh(watch: Watch, spent: Spent, observation: Observation, now: float) -> Watch:
    seen = replace(spent, seen_at=now, box=observation.face.box)
    return replace(watch, spent=tuple(seen if each is spent else each for each in watch.spent))


def _continues(
    current: Presentation, observation: Observation, now: float, policy: PresentationPolicy
) -> bool:
    if now - current.seen_at > policy.rearm:
        return False
    if observation.embedding is not None and current.good:
        # A face may jump across the picture between two frames; an identity may not change.
        return _fused(current).cosine(observation.embedding) >= policy.same_face_cosine
    return current.box.overlap(observation.face.box) > 0


def _extended(
    current: Presentation, observation: Observation, now: float, policy: PresentationPolicy
) -> Presentation:
    seen = replace(current, seen_at=now, box=observation.face.box)
    if now < current.quiet_until:
        return seen
    if observation.embedding is None:
        reasons = (*current.refusals, *observation.face.quality.reasons)
        return replace(seen, seen=current.seen + 1, refusals=reasons)
    # Weight is kept above zero: a good frame always counts for something.
    weighed = (observation.embedding, max(observation.face.quality.weight, 1e-3))
    good = (*current.good, weighed)[-policy.window :]
    return replace(seen, seen=current.seen + 1, good=good)


def _question(current: Presentation, now: float, policy: PresentationPolicy) -> Question | None:
    if now < current.quiet_until or current.denials >= policy.attempts or current.seen == 0:
        return None
    final = now - current.began >= policy.decide_after
    enough = len(current.good) >= policy.frames
    # Few frames come from a slow camera or a slow machine: time alone is no reason to deny.
    if not enough and not (final and current.seen >= 2 * policy.frames):
        return None
    return Question(_evidence(current), final=final, began=current.began)


def _evidence(current: Presentation) -> Evidence:
    refusals = tuple(reason for reason, _ in Counter(current.refusals).most_common())
    return Evidence(
        embedding=_fused(current) if current.good else None,
        frames=len(current.good),
        seen=current.seen,
        refusals=refusals,
    )


def _fused(current: Presentation) -> Embedding:
    return fuse(
        [embedding for embedding, _ in current.good], [weight for _, weight in current.good]
    )
