"""A face that matches proves that it lives: by itself, or by what it is asked to do.

Nothing is measured of a face that does not match. What was measured belongs to one person in one
presentation without a gap: whoever steps in, or is taken for somebody else, begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.domain import Face, Frame, Pixels, Prompt
from edge.door.challenge import (
    Challenge,
    ChallengePolicy,
    Draw,
    Progress,
    advanced,
    begun,
    drawn,
    overdue,
)
from edge.door.liveness import UNDECIDED, Cue, Judgement, Life, LivenessPolicy, Mode, judge
from edge.hardware import Prompter
from edge.liveness.sample import Sample

SPACING = 0.06
"""Seconds between samples at least: more than 15 a second cost time and tell nothing new."""

GAP = 0.7
"""Seconds without a good picture of the face after which what was seen before counts no more."""


class LifeReader(Protocol):
    """What measures a face in a frame."""

    @property
    def sees_texture(self) -> bool: ...

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample: ...


@dataclass(slots=True)
class _Proof:
    """What is known of one person in one presentation."""

    began: float
    person_id: str
    started: float
    seen_at: float
    samples: list[Sample] = field(default_factory=list)
    challenge: Challenge | None = None
    cues: tuple[Cue, ...] = ()


class Proving:
    """Demands of matching faces to prove that they live; for one door and one thread."""

    def __init__(
        self,
        *,
        reader: LifeReader,
        policy: LivenessPolicy,
        challenge: ChallengePolicy,
        draw: Draw,
        prompters: Sequence[Prompter] = (),
    ) -> None:
        self._reader = reader
        self._policy = policy
        self._challenge_policy = challenge
        self._draw = draw
        self._prompters = tuple(prompters)
        self._proof: _Proof | None = None
        self._shown: Prompt | None = None

    def look(self, frame: Frame, face: Face, *, began: float, person_id: str) -> Judgement:
        """Return what is known of *face*, taken for *person_id* in the presentation *began*.

        An answer other than undecided ends the proof.
        """
        now = frame.monotonic
        proof = self._proof
        if proof is None or (proof.began, proof.person_id) != (began, person_id):
            proof = self._proof = _Proof(began, person_id, now, now)
        judgement = self._judged(proof, frame, face, now)
        if judgement.life is Life.UNDECIDED:
            self._show(None if proof.challenge is None else proof.challenge.prompt)
        else:
            self.end()
        return judgement

    def absent(self, now: float) -> None:
        """Take note of a frame at *now* that asked for no proof; a face may miss a few."""
        if self._proof is not None and now - self._proof.seen_at > GAP:
            self.end()

    def end(self) -> None:
        """Forget what was seen, and ask for nothing any more."""
        self._proof = None
        self._show(None)

    def _judged(self, proof: _Proof, frame: Frame, face: Face, now: float) -> Judgement:
        if not face.quality.good or face.mesh is None:
            return self._missed(proof, now)
        if proof.samples and now - proof.samples[-1].at < SPACING:
            return UNDECIDED
        if now - proof.seen_at > GAP and proof.challenge is None:
            proof.samples.clear()
        proof.seen_at = now
        sample = self._reader.sample(frame.pixels, face, now)
        proof.samples.append(sample)
        while now - proof.samples[0].at > self._policy.window:
            proof.samples.pop(0)
        judgement = judge(proof.samples, self._policy)
        proof.cues = judgement.cues or proof.cues
        if judgement.life is Life.NOT_LIVE:
            return judgement
        if proof.challenge is not None:
            return self._challenged(proof, proof.challenge, sample)
        if judgement.life is Life.LIVE and self._policy.mode is not Mode.CHALLENGE:
            return judgement
        return self._patient(proof, now)

    def _patient(self, proof: _Proof, now: float) -> Judgement:
        """Wait a while for a face to convince by itself, where it can; then ask it, or deny."""
        mode = self._policy.mode
        late = now - proof.started > self._policy.patience
        alone = mode is Mode.PASSIVE or (mode is Mode.AUTO and self._reader.sees_texture)
        if alone and not late:
            return UNDECIDED
        if mode is Mode.PASSIVE:
            return Judgement(Life.NOT_LIVE, proof.cues)
        proof.challenge = begun(drawn(self._draw, self._challenge_policy), now)
        return UNDECIDED

    def _challenged(self, proof: _Proof, challenge: Challenge, sample: Sample) -> Judgement:
        challenge = advanced(challenge, sample, self._challenge_policy)
        proof.challenge = challenge
        if challenge.progress is Progress.PASSED:
            return Judgement(Life.LIVE)
        if challenge.progress is Progress.FAILED:
            return Judgement(Life.NOT_LIVE, (Cue.CHALLENGE, *proof.cues))
        return UNDECIDED

    def _missed(self, proof: _Proof, now: float) -> Judgement:
        """Bear a poor picture of the face, but not a gap in which it could be another."""
        if proof.challenge is not None and overdue(proof.challenge, now, self._challenge_policy):
            return Judgement(Life.NOT_LIVE, (Cue.INTERRUPTED,))
        if now - proof.started > self._policy.patience + self._challenge_policy.seconds:
            return Judgement(Life.NOT_LIVE, (Cue.INTERRUPTED,))
        return UNDECIDED

    def _show(self, prompt: Prompt | None) -> None:
        if prompt is not self._shown:
            self._shown = prompt
            for prompter in self._prompters:
                prompter.prompt(prompt)
