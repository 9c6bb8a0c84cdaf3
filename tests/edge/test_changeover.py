"""From one embedder to another: what is found by itself, what must be said, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.audit import Audit
from edge.changeover import Changeover, former_card
from edge.collection.changeover import former_of
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.domain import ModelId
from edge.errors import AuditError, ConflictError, ModelMissingError
from edge.storage.database import Database
from edge.storage.key import Key
from edge.vision.card import EmbedderCard
from edge.vision.models import ModelStore

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """A device with its record, and the two embedders there are."""

    database: Database
    audit: Audit
    over: Changeover
    sface: EmbedderCard
    other: EmbedderCard
    card: str

    def hold(self, collection_id: str, model: ModelId) -> None:
        """Make an empty collection for vectors of *model*."""
        Collections(self.database).create(collection_id, model=model, dimension=128)

    def models_of(self) -> dict[str, str]:
        """Return of which embedder each collection holds vectors, by name."""
        return {each.collection_id: each.model.name for each in Collections(self.database).list()}

    @property
    def told(self) -> list[str]:
        return [entry.event.detail for entry in self.audit.entries()]


@pytest.fixture
def site(tmp_path: Path, models: ModelStore, other_embedder: Path) -> Iterator[Site]:
    """Open a device without a collection; the other embedder is one of its own, by a card."""
    folder = tmp_path / "own"
    shutil.copytree(other_embedder.parent, folder)
    card = str(folder / other_embedder.name)
    store, key = ModelStore(models.path("sface").parent), Key.random()
    with (
        open_collection(tmp_path / "collection.db", key) as database,
        Audit(tmp_path / "audit.db", key) as audit,
    ):
        over = Changeover(
            database=database, audit=audit, models=store, clock=lambda: NOW, actor="user test"
        )
        yield Site(database, audit, over, store.embedder("sface"), store.embedder(card), card)


def test_all_collections_of_one_embedder_change_together(site: Site) -> None:
    """And those of a third one stay as they are."""
    third = ModelId("third", "d4" * 32)
    for name, model in (("a", site.sface.model), ("b", site.sface.model), ("c", third)):
        site.hold(name, model)

    begun = site.over.begin(site.other, former="sface")

    assert begun.collections == ("a", "b")
    assert site.models_of() == {"a": "other", "b": "other", "c": "third"}
    former = former_of(site.database)
    assert former is not None
    assert (former.embedder, former.model, former.since) == ("sface", site.sface.model, NOW)
    assert [told.split(" from ")[0] for told in site.told] == [
        "a with 0 people,",
        "b with 0 people,",
    ]
    assert all(told.endswith(", by user test") for told in site.told)


def test_a_catalogued_embedder_of_before_is_found(site: Site) -> None:
    """Nobody has to remember its name."""
    site.hold("a", site.sface.model)

    assert site.over.begin(site.other).former == site.sface.model


def test_one_of_ones_own_must_be_named(site: Site) -> None:
    """By its card, of which the collection does not know where it lies."""
    site.hold("a", site.other.model)
    with pytest.raises(ConflictError, match="--from"):
        site.over.begin(site.sface)

    begun = site.over.begin(site.sface, former=site.card)

    assert (begun.former, begun.present) == (site.other.model, site.sface.model)


def test_of_two_before_one_must_be_named(site: Site) -> None:
    """Which of them is meant is not guessed."""
    site.hold("a", site.sface.model)
    site.hold("b", ModelId("third", "d4" * 32))

    with pytest.raises(ConflictError, match=r"sface .*, third .*--from"):
        site.over.begin(site.other)


@pytest.mark.parametrize("end", [Changeover.finish, Changeover.take_back])
def test_without_a_change_there_is_nothing_to_end(
    site: Site, end: Callable[[Changeover], object]
) -> None:
    """Neither to finish nor to take back; nor to begin where all is as it should be."""
    site.hold("a", site.sface.model)

    with pytest.raises(ConflictError, match="not being changed"):
        end(site.over)
    with pytest.raises(ConflictError, match="already"):
        site.over.begin(site.sface)
    assert site.told == []


def test_nothing_is_changed_unrecorded(site: Site) -> None:
    """Where the record cannot be written, the collection stays as it is."""
    site.hold("a", site.sface.model)
    site.audit.close()

    with pytest.raises(AuditError):
        site.over.begin(site.other)

    assert site.models_of() == {"a": "sface"}
    assert former_of(site.database) is None


def test_an_embedder_of_before_that_is_gone_is_told(site: Site, models: ModelStore) -> None:
    """Its file removed, or another in its place: nobody is compared with what another one made."""
    site.hold("a", site.other.model)
    site.over.begin(site.sface, former=site.card)
    former = former_of(site.database)
    assert former is not None
    assert former_card(models, former).model == site.other.model
    with pytest.raises(ModelMissingError, match="not the embedder any more"):
        former_card(models, replace(former, embedder="sface"))
    Path(site.card).unlink()

    with pytest.raises(ModelMissingError, match="--without-missing"):
        former_card(ModelStore(models.path("sface").parent), former)

    assert site.over.finish()[0].missing == 0
    assert former_of(site.database) is None
