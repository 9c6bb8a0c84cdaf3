"""What the searches of one gallery's size say: FPIR, FNIR, and what the door's rule makes of them.

A member is missed (FNIR, ISO/IEC 19795-1) unless she herself is the most alike and above the
threshold. A stranger is a false positive (FPIR) if anybody at all is above it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Candidate, Credentials, Embedding, Evidence, Match, ModelId, Reason
from edge.door.identify import IdentityPolicy, identify
from edge.evaluation.intervals import Interval, bootstrap_people
from edge.evaluation.open_set import Searches, Setting
from edge.similarity import Calibration, gallery_threshold

FPIRS = (0.003, 0.001)
"""The rates at which the FNIR is told besides: the door's own target, and a third of it."""

CURVE_POINTS = 60


@dataclass(frozen=True, slots=True)
class Share:
    """*events* of *trials*, and the interval of the share, at 95 %, over people."""

    events: int
    trials: int
    interval: Interval

    @property
    def share(self) -> float:
        return self.events / self.trials


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRate:
    """The similarity at which strangers reach an FPIR, and the FNIR there."""

    fpir: float
    similarity: float
    fnir: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the door's whole rule answers, margin included.

    *let_in*: strangers who are taken for somebody. *missed*: members who are not recognized, for
    whatever reason. *doubted*: those of them who led the second by too little. *confused*: those
    who were taken for another member.
    """

    let_in: Share
    missed: Share
    doubted: Share
    confused: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """One setting, all its draws together; members and strangers are counted as people.

    *threshold*: the automatic one, in percent. *fpir*: of strangers who show one photo; *fpir_fused*:
    of strangers who show several, None where there were none. *curve*: FPIR and FNIR of rising
    thresholds.
    """

    people: int
    enrolled: int
    shown: int
    draws: int
    members: int
    strangers: int
    threshold: float
    fpir: Share
    fpir_fused: Share | None
    fnir: Share
    at_rates: tuple[AtRate, ...]
    door: Doors
    curve: tuple[tuple[float, float], ...]


def judged(
    found: Searches,
    setting: Setting,
    calibration: Calibration,
    *,
    alone: Collection[int],
    draws: int,
) -> Identified:
    """Return what *found*, in so many *draws*, says; *alone* are the people with one photo."""
    threshold = gallery_threshold(setting.people)
    cosine = calibration.cosine(threshold)
    members = found.of(found.known)
    single = np.isin(found.person, [*alone])
    strangers, fused = found.of(~found.known & single), found.of(~found.known & ~single)
    return Identified(
        people=setting.people,
        enrolled=setting.enrolled,
        shown=setting.shown,
        draws=draws,
        members=len(np.unique(members.person)),
        strangers=len(np.unique(strangers.person)),
        threshold=threshold,
        fpir=_share(strangers.best_cosine > cosine, strangers),
        fpir_fused=_share(fused.best_cosine > cosine, fused) if len(fused.person) else None,
        fnir=_share(_missed(members, cosine), members),
        at_rates=tuple(_at_rate(members, strangers, fpir, calibration) for fpir in FPIRS),
        door=_doors(members, strangers, setting, calibration),
        curve=_curve(members, strangers),
    )


def _share(events: NDArray[np.bool_], of: Searches) -> Share:
    return Share(int(events.sum()), len(events), bootstrap_people(events, of.person))


def _missed(members: Searches, cosine: float) -> NDArray[np.bool_]:
    missed: NDArray[np.bool_] = ~(members.right & (members.best_cosine > cosine))
    return missed


def _at_rate(
    members: Searches, strangers: Searches, fpir: float, calibration: Calibration
) -> AtRate:
    """Return the lowest threshold that so many strangers at most exceed, and what it costs."""
    falling = np.sort(strangers.best_cosine)[::-1]
    cosine = float(falling[int(fpir * len(falling))])
    return AtRate(
        fpir=fpir,
        similarity=calibration.similarity(cosine),
        fnir=float(_missed(members, cosine).mean()),
    )


def _curve(members: Searches, strangers: Searches) -> tuple[tuple[float, float], ...]:
    falling = np.sort(strangers.best_cosine)[::-1]
    ranks = np.unique(np.geomspace(1, len(falling) - 1, CURVE_POINTS).astype(int))
    return tuple(
        (
            float(f"{rank / len(falling):.4g}"),
            float(f"{_missed(members, float(falling[rank])).mean():.4g}"),
        )
        for rank in ranks
    )


def _doors(
    members: Searches, strangers: Searches, setting: Setting, calibration: Calibration
) -> Doors:
    """Ask the door's rule about every probe; one of one photo is taken for what is shown thrice."""
    policy = IdentityPolicy()
    ours, theirs = (_answers(each, setting, calibration, policy) for each in (members, strangers))
    named = np.array([person if matched else -1 for matched, person, _ in ours])
    doubted = np.array([reason is Reason.AMBIGUOUS for _, _, reason in ours])
    return Doors(
        let_in=_share(np.array([matched for matched, _, _ in theirs]), strangers),
        missed=_share(named != members.person, members),
        doubted=_share(doubted, members),
        confused=_share((named >= 0) & (named != members.person), members),
    )


def _answers(
    probes: Searches, setting: Setting, calibration: Calibration, policy: IdentityPolicy
) -> list[tuple[bool, int, Reason]]:
    """Return for each probe whether the door recognizes somebody, whom it finds, and why."""
    evidence = Evidence(_SOMEBODY, frames=policy.frames, seen=policy.frames)
    answers = []
    for best, second, first, other in zip(
        probes.best.tolist(),
        probes.second.tolist(),
        probes.best_cosine.tolist(),
        probes.second_cosine.tolist(),
        strict=True,
    ):
        candidates = (
            _candidate(best, first, calibration),
            _candidate(second, other, calibration),
        )
        answer = identify(evidence, candidates, people=setting.people, policy=policy)
        answers.append((answer.matched, best, answer.reason))
    return answers


def _candidate(person: int, cosine: float, calibration: Calibration) -> Candidate:
    name = str(person)
    return Candidate(Match(name, calibration.similarity(cosine), cosine), Credentials(name))


_SOMEBODY = Embedding(np.ones(1, np.float32), ModelId("compared already", ""))
"""The rule asks whether there is a face, and compares none: that was done."""
