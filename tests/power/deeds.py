"""What is being done when power is cut, and what may be left of it then.

Each deed is one that a person or a timer does through the product, and returns when it is acknowledged.
It says what a cut in its midst may leave, from nothing of it to all of it. A new one is a class here and a
line in :class:`Story`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from edge.audit import AuditEvent, EventKind
from edge.backup import back_up, restore
from edge.backup.making import folder_of, installation_of
from edge.backup.pruning import name_of
from edge.collection import changeover
from edge.collection.collections import Collections, Former
from edge.collection.faces import NewFace
from edge.collection.people import NewPerson, People
from edge.collection.pins import Pins
from edge.config import Settings
from edge.core import Core
from edge.domain import Badge, Box, Embedding, Face, ModelId, Pose, Quality, normalized
from edge.examining import Examined
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.osdp.keys import PANEL, ChannelKey
from edge.rekeying import rekey
from edge.storage.key import Key
from edge.storage.sealing import RecoveryPublic
from enroll.accounts import Accounts, Role
from enroll.store import open_web
from tests.power.site import KEPT_BACKUPS, PINS, Networks, Resident, Site, digest, opened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUALITY = Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.9)
BOX = Box(0.25, 0.25, 0.5, 0.5)
DIMENSION = 128
NEWER = ModelId("newer", "c3" * 32)
"""An embedder that is not there: nobody has to see by it."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a deed is done with."""

    settings: Settings
    networks: Networks

    def opened(self) -> Core:
        return opened(self.settings, self.networks)


class Deed(Protocol):
    """Something that is done to a site."""

    def do(self, device: Device) -> None:
        """Do it; on return it is acknowledged."""

    def stages(self, site: Site) -> tuple[Site, ...]:
        """Return what *site* may become, the last when it is acknowledged."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """A person comes, with vectors made of *seed*."""

    name: str
    seed: int
    faces: int

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            model = core.embedder.model
            examined = [
                Examined(
                    Face(BOX, 99.0, np.zeros((5, 2), np.float32), None, QUALITY), BOX, embedding
                )
                for embedding in vectors(self.seed, self.faces, model)
            ]
            core.enroller.enroll_examined(
                NewPerson(self.name), examined, [Badge(self.name)], actor="test"
            )

    def stages(self, site: Site) -> tuple[Site, ...]:
        come = Resident("badges", self.name, self.name, digests(self.seed, self.faces))
        told = replace(site, events=(*site.events, str(EventKind.ENROLLED)))
        return told, replace(told, people=told.people | {come})


@dataclass(frozen=True, slots=True)
class Erase:
    """A person goes."""

    name: str

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            core.enroller.erase(_id_of(People(core.database), self.name), actor="test")

    def stages(self, site: Site) -> tuple[Site, ...]:
        told = replace(site, events=(*site.events, str(EventKind.PERSON_DELETED)))
        left = frozenset(
            each for each in site.people if (each.collection, each.name) != ("badges", self.name)
        )
        return told, replace(told, people=left)


@dataclass(frozen=True, slots=True)
class SetPin:
    """A person gets a PIN, in place of the one she has."""

    name: str
    pin: str

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            person_id = _id_of(People(core.database), self.name)
            Pins(core.database, core.key).set(person_id, self.pin, at=datetime.now(UTC))

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (
            replace(
                site,
                people=frozenset(
                    replace(each, pin=self.pin)
                    if (each.collection, each.name) == ("badges", self.name)
                    else each
                    for each in site.people
                ),
            ),
        )


@dataclass(frozen=True, slots=True)
class Record:
    """Something is recorded, and the record signed."""

    number: int

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            core.audit.append(
                AuditEvent(EventKind.ALARM, datetime.now(UTC), detail=str(self.number))
            )
            core.audit.seal()

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (replace(site, events=(*site.events, f"alarm {self.number}")),)


@dataclass(frozen=True, slots=True)
class BackUp:
    """The timer makes a backup, and older ones go."""

    at: datetime

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            back_up(core, now=self.at, actor="test")

    def stages(self, site: Site) -> tuple[Site, ...]:
        there = replace(site, backups=(self.at, *site.backups))
        told = replace(there, events=(*there.events, str(EventKind.BACKED_UP)))
        pruned: list[Site] = []
        for gone in told.backups[KEPT_BACKUPS:]:
            before = pruned[-1] if pruned else told
            pruned.append(replace(before, backups=tuple(at for at in before.backups if at != gone)))
        return there, told, *pruned


@dataclass(frozen=True, slots=True)
class Restore:
    """The backup of *at* is put back; *then* is what the site had, and *key* what it was."""

    at: datetime
    then: Site
    key: Key

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            backup = folder_of(core) / name_of(installation_of(core), self.at)
        restore(device.settings, backup, self.key, now=self.at, actor="test", force=True)

    def stages(self, site: Site) -> tuple[Site, ...]:
        events = (*self.then.events, str(EventKind.RESTORED))
        return (replace(self.then, events=events, backups=site.backups),)


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """The site gets another key."""

    def do(self, device: Device) -> None:
        rekey(device.settings, now=datetime.now(UTC), actor="test")

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (replace(site, events=(*site.events, str(EventKind.SITE_KEY_CHANGED))),)


@dataclass(frozen=True, slots=True)
class ChangeModel:
    """Some people are enrolled into a collection of their own, which then changes its embedder.

    The first is enrolled anew; then the former embedder is given up, or the change is *taken back*.
    """

    number: int
    names: tuple[str, ...]
    taken_back: bool

    @property
    def collection(self) -> str:
        return f"model-{self.number}"

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            people, card = People(core.database), core.embedder
            Collections(core.database).create(
                self.collection, model=card.model, dimension=DIMENSION
            )
            stored = [
                people.enroll(
                    self.collection,
                    NewPerson(name),
                    _new_faces(self.number + place, card.model),
                    [Badge(name)],
                )
                for place, name in enumerate(self.names)
            ]
            changeover.begin(
                core.database,
                self.collection,
                former=Former(card.model.name, card.model, DIMENSION, NOON),
                model=NEWER,
                dimension=DIMENSION,
            )
            for each in stored[:1]:
                people.add_faces(each.person_id, _new_faces(-self.number, NEWER))
            end = changeover.take_back if self.taken_back else changeover.finish
            end(core.database, self.collection)

    def stages(self, site: Site) -> tuple[Site, ...]:
        stages = [replace(site, collections=site.collections | {self.collection})]
        others, residents = site.people, list[Resident]()

        def come(changed: list[Resident]) -> None:
            residents[:] = changed
            stages.append(replace(stages[-1], people=others | frozenset(changed)))

        for place, name in enumerate(self.names):
            faces = digests(self.number + place, 2)
            come([*residents, Resident(self.collection, name, name, faces)])
        come([replace(each, faces=(), former=each.faces) for each in residents])
        for each in residents[:1]:
            come([replace(each, faces=digests(-self.number, 2)), *residents[1:]])
        if self.taken_back:
            come([replace(each, faces=each.former, former=()) for each in residents])
        else:
            come([replace(each, former=()) for each in residents])
        return tuple(stages)


@dataclass(frozen=True, slots=True)
class Admit:
    """The pages get an account."""

    name: str

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core, open_web(core.web_path, core.key) as web:
            Accounts(web).create(name=self.name, role=Role.OWNER, password_hash="", now=NOON)

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (replace(site, accounts=site.accounts | {self.name}),)


@dataclass(frozen=True, slots=True)
class Recover:
    """The site gets a recovery key, in place of the one it has."""

    digits: str

    def do(self, device: Device) -> None:
        with closing(device.opened()) as core:
            RecoveryPublic(self.digits).write(core.recovery_path)

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (replace(site, recovery=self.digits),)


@dataclass(frozen=True, slots=True)
class HandOver:
    """The panel's line gets a key, in place of the one it has."""

    digits: str

    def do(self, device: Device) -> None:
        osdp_keys(device.settings.storage.folder).put(PANEL, ChannelKey.from_digits(self.digits))

    def stages(self, site: Site) -> tuple[Site, ...]:
        return (replace(site, channel=self.digits),)


@dataclass(slots=True)
class Story:
    """What happens to one site, by *chance*; *site* is what it has, as far as anybody knows."""

    chance: random.Random
    site: Site
    keys: list[Key]
    number: int = 0
    then: dict[datetime, tuple[Site, Key]] = field(default_factory=dict)

    def learn(self, key: Key) -> None:
        """Know that *key* is the one that the site has now."""
        if key in self.keys:
            self.keys.remove(key)
        self.keys.append(key)

    def plan(self, count: int) -> Iterator[Deed]:
        """Yield *count* deeds, each fit for what the ones before it leave; it is done for."""
        for _ in range(count):
            yield self._next()

    def _next(self) -> Deed:
        self.number += 1
        kinds = [self._enrol, self._erase, self._pin, self._record, self._back_up, self._change_key]
        kinds += [self._change_model, self._admit, self._recover, self._hand_over]
        # Mostly there is no backup yet.
        kinds += [self._restore] * 3
        while True:
            deed = self.chance.choice(kinds)()
            if deed is not None:
                return deed

    def _enrol(self) -> Deed:
        seed = self.chance.randrange(2**32)
        return Enrol(f"n{self.number}", seed, self.chance.randint(1, 4))

    def _erase(self) -> Deed | None:
        name = self._somebody()
        return None if name is None else Erase(name)

    def _pin(self) -> Deed | None:
        name = self._somebody()
        return None if name is None else SetPin(name, self.chance.choice(PINS))

    def _record(self) -> Deed:
        return Record(self.number)

    def _back_up(self) -> Deed:
        at = NOON + timedelta(seconds=self.number)
        self.then[at] = (self.site, self.keys[-1])
        return BackUp(at)

    def _restore(self) -> Deed | None:
        there = [at for at in self.site.backups if at in self.then]
        if not there:
            return None
        at = self.chance.choice(there)
        return Restore(at, *self.then[at])

    def _change_key(self) -> Deed:
        return ChangeKey()

    def _change_model(self) -> Deed:
        names = sorted(each.name for each in self.site.people if each.collection == "badges")
        return ChangeModel(self.number, tuple(names[:3]), self.chance.random() < 0.5)

    def _admit(self) -> Deed:
        return Admit(f"a{self.number}")

    def _recover(self) -> Deed:
        return Recover(self.chance.randbytes(32).hex())

    def _hand_over(self) -> Deed:
        return HandOver(self.chance.randbytes(16).hex())

    def _somebody(self) -> str | None:
        names = sorted(each.name for each in self.site.people if each.collection == "badges")
        return self.chance.choice(names) if names else None


def vectors(seed: int, count: int, model: ModelId) -> list[Embedding]:
    """Return *count* vectors of one person: near enough to each other, far from anybody's."""
    generator = np.random.default_rng(seed % 2**32)
    person = generator.standard_normal(DIMENSION)
    return [
        normalized((person + 0.3 * generator.standard_normal(DIMENSION)).astype(np.float32), model)
        for _ in range(count)
    ]


def digests(seed: int, count: int) -> tuple[str, ...]:
    """Return what the vectors of *seed* are known by."""
    made = vectors(seed, count, ModelId("any", "0" * 64))
    return tuple(sorted(digest(each.vector.tobytes()) for each in made))


def _new_faces(seed: int, model: ModelId) -> list[NewFace]:
    return [NewFace(embedding, BOX, 99.0, QUALITY) for embedding in vectors(seed, 2, model)]


def _id_of(people: People, name: str) -> str:
    (found,) = (each for each in people.list("badges", limit=1000) if each.name == name)
    return found.person_id
