"""Changing a device from one embedder to another: begun, finished or taken back, and recorded.

All collections of one embedder change together, since a program has one recognizer. From the
beginning on people are enrolled by the new one, and recognized by either, until it is finished.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection import changeover
from edge.collection.changeover import Progress
from edge.collection.collections import Collection, Collections, Former
from edge.domain import ModelId
from edge.errors import ConflictError, ModelError, ModelMissingError
from edge.storage.database import Database
from edge.vision.card import EmbedderCard
from edge.vision.catalogue import CATALOGUE
from edge.vision.models import ModelStore


def former_card(models: ModelStore, former: Former) -> EmbedderCard:
    """Return what the embedder made that a device is being changed from.

    :raises ModelMissingError: if that one cannot be had any more, or is another one by now.
    """
    remedy = (
        f"Put back the one with SHA-256 {former.model.digest}, or finish without it: "
        "`ostiary re-enroll finish --without-missing`."
    )
    try:
        card = models.embedder(former.embedder)
    except ModelError as error:
        raise ModelMissingError(
            f"the embedder that this device is changed from cannot be had: {error.message}",
            remedy=remedy,
        ) from error
    if card.model != former.model:
        raise ModelMissingError(
            f"{former.embedder} is not the embedder any more that this device is changed from",
            remedy=remedy,
        )
    return card


@dataclass(frozen=True, slots=True)
class Begun:
    """Which collections hold vectors of another embedder from now on, and since when of both."""

    collections: tuple[str, ...]
    former: ModelId
    present: ModelId


class Changeover:
    """The change of one device; *actor* says in the audit who does it, no name."""

    def __init__(
        self,
        *,
        database: Database,
        audit: Audit,
        models: ModelStore,
        clock: Callable[[], datetime],
        actor: str,
    ) -> None:
        self._database = database
        self._audit = audit
        self._models = models
        self._clock = clock
        self._actor = actor

    @property
    def changing(self) -> tuple[Progress, ...]:
        """How far each collection is that is being changed."""
        return changeover.changing(self._database)

    def begin(self, present: EmbedderCard, *, former: str | None = None) -> Begun:
        """Change every collection of one embedder to *present*.

        *former* is the name or the card of the one before, which is found in the catalogue by itself.
        Programs that run have one embedder and must be stopped first.

        :raises ConflictError: if a change is going on, there is nothing to change, or it is open from
            which embedder.
        :raises ModelError: if the one before cannot be had: nobody would be recognized meanwhile.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        if self.changing:
            raise ConflictError(
                "this device is being changed to another embedder already",
                remedy="Finish that first, or take it back: `ostiary re-enroll --help`.",
            )
        name = former or self._catalogued(present.model)
        card = self._models.embedder(name)
        meant = self._of(card.model)
        if not meant or card.model == present.model:
            raise ConflictError(
                f"no collection holds vectors of {card.model.name} ({card.model.digest[:12]}) that "
                f"could be changed to {present.model.name}"
            )
        before = Former(name, card.model, card.dimension, self._clock())
        with self._database.transaction():
            for each in meant:
                changeover.begin(
                    self._database,
                    each.collection_id,
                    former=before,
                    model=present.model,
                    dimension=present.dimension,
                )
                self._record(
                    EventKind.EMBEDDER_CHANGE_BEGAN,
                    f"{each.collection_id} with {each.people} people, from {_named(card.model)} to "
                    f"{_named(present.model)}",
                )
        return Begun(tuple(each.collection_id for each in meant), card.model, present.model)

    def finish(self, *, without_missing: bool = False) -> tuple[Progress, ...]:
        """Erase what the former embedder made; return how far each collection was.

        :raises ConflictError: if nothing is being changed, or somebody is not enrolled anew yet,
            unless it is to be done *without_missing*.
        :raises AuditError: if it cannot be recorded; nothing is erased then.
        :raises StorageError: if it is done, but cannot be wiped from the log yet.
        """
        changing = self._going_on()
        left = sum(each.missing for each in changing)
        if left and not without_missing:
            raise ConflictError(
                f"people who are not enrolled anew: {left}. No door would know their faces any more",
                remedy="Enroll them (`ostiary re-enroll status` names them), or add --without-missing.",
            )
        return self._end(changing, changeover.finish, EventKind.EMBEDDER_CHANGE_FINISHED)

    def take_back(self) -> tuple[Progress, ...]:
        """Put everything back as it was; who was enrolled since has no face then.

        Programs that run embed by another one and must be stopped first.

        :raises ConflictError: if nothing is being changed.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        return self._end(
            self._going_on(), changeover.take_back, EventKind.EMBEDDER_CHANGE_TAKEN_BACK
        )

    def _going_on(self) -> tuple[Progress, ...]:
        changing = self.changing
        if not changing:
            raise ConflictError("this device is not being changed to another embedder")
        return changing

    def _end(
        self,
        changing: tuple[Progress, ...],
        end: Callable[[Database, str], Progress],
        kind: EventKind,
    ) -> tuple[Progress, ...]:
        with self._database.transaction():
            done = tuple(end(self._database, each.collection.collection_id) for each in changing)
            for each in done:
                self._record(
                    kind,
                    f"{each.collection.collection_id}, enrolled anew {each.anew}, "
                    f"missing {each.missing}",
                )
        return done

    def _of(self, model: ModelId) -> tuple[Collection, ...]:
        return tuple(each for each in Collections(self._database).list() if each.model == model)

    def _catalogued(self, present: ModelId) -> str:
        """Return the name of the one embedder whose vectors collections hold, but for *present*.

        :raises ConflictError: if there is none, or more than one, or it is not in the catalogue.
        """
        others = {each.model for each in Collections(self._database).list()} - {present}
        if not others:
            raise ConflictError(
                f"all collections hold vectors of {present.name} already",
                remedy="Set models.embedder to the embedder that they are to be changed to.",
            )
        known = {
            entry.embedder.model: entry.name for entry in CATALOGUE if entry.embedder is not None
        }
        if len(others) > 1 or not others <= known.keys():
            raise ConflictError(
                f"collections hold vectors of {', '.join(sorted(map(_named, others)))}",
                remedy="Say from which one, by its name or the path of its card: --from.",
            )
        return known[others.pop()]

    def _record(self, kind: EventKind, what: str) -> None:
        self._audit.append(AuditEvent(kind, self._clock(), detail=f"{what}, by {self._actor}"))


def _named(model: ModelId) -> str:
    return f"{model.name} ({model.digest[:12]})"
