"""One device on a disk that lies, whose power is cut again and again: also while it starts."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from edge.storage.key import read_key
from tests.power.deeds import Deed, Device, Story
from tests.power.disk import Cut, Image, Said, Step, cut
from tests.power.older import begin
from tests.power.recording import recording
from tests.power.site import Networks, Site, look, settings_of

DEEDS = 2
"""Between two cuts, at most."""

LIVES = 10
"""Of one disk, before another is taken: a record that grows is read as a whole after every cut."""


class LostError(AssertionError):
    """What was acknowledged is not there, or something is half there."""


@dataclass(slots=True)
class Tally:
    """How often power was *cut*, and how often in the midst of what, and what was *left* then."""

    cuts: int = 0
    midst: Counter[str] = field(default_factory=Counter)
    left: Counter[Cut] = field(default_factory=Counter)

    def count(self, midst: str, how: Cut) -> None:
        self.cuts += 1
        self.midst[midst or "peace"] += 1
        self.left[how] += 1

    def __iadd__(self, other: Tally) -> Self:
        self.cuts += other.cuts
        self.midst += other.midst
        self.left += other.left
        return self


@dataclass(frozen=True, slots=True)
class Life:
    """What a *site* had at a start, and what was then done to its disk: *deeds*, as *steps*."""

    site: Site
    before: Image
    steps: Sequence[Step]
    deeds: tuple[Deed, ...]

    def known(self, until: int) -> tuple[tuple[Site, ...], str]:
        """Return what the site may be after so many steps, and the deed that was being done."""
        site = self.site
        said = [step.text for step in self.steps[:until] if isinstance(step, Said)]
        for deed in self.deeds[: said.count("done")]:
            site = deed.stages(site)[-1]
        if said and said[-1] != "done":
            deed = self.deeds[said.count("done")]
            return (site, *deed.stages(site)), type(deed).__name__
        return (site,), "" if said else "starting"


def live(
    folder: Path,
    networks: Networks,
    story: Story,
    *,
    allowed: Collection[Site],
    deaf: bool = False,
) -> Life:
    """Start what is in *folder*, which must be one of *allowed*, and do some deeds.

    With *deaf* nothing is ever synced.

    :raises LostError: if it does not start, or is something else.
    """
    settings = settings_of(folder, networks)
    deeds: list[Deed] = []
    with recording(folder, deaf=deaf) as recorder:
        try:
            site = look(settings, networks, story.keys)
        except Exception as error:
            # Whatever it is: a device that does not start has lost everything.
            raise LostError(f"{type(error).__name__}: {error}") from error
        if site not in allowed:
            raise LostError(difference(site, allowed))
        story.site = site
        for deed in story.plan(story.chance.randint(1, DEEDS)):
            deeds.append(deed)
            recorder.say("begin")
            deed.do(Device(settings, networks))
            recorder.say("done")
            story.site = deed.stages(story.site)[-1]
            story.learn(read_key(settings.storage.key_file))
        assert recorder.is_complete(), "something was written that was not seen"
        story.site = site
        return Life(site, recorder.before, tuple(recorder.steps), tuple(deeds))


def cut_off(life: Life, chance: random.Random) -> tuple[int, Cut]:
    """Choose when power is cut in *life*, and what the disk makes of it.

    Of all steps, or, for deeds of few, of those of one deed; or right after something was acknowledged.
    """
    ends = [at for at, step in enumerate(life.steps, start=1) if isinstance(step, Said)]
    match chance.randrange(4):
        case 0:
            until = chance.randint(0, len(life.steps))
        case 1:
            until = chance.choice(ends[1::2])
        case _:
            part = chance.randrange(len(ends))
            until = chance.randint(ends[part - 1] if part else 0, ends[part])
    return until, chance.choice(list(Cut))


def run(
    folder: Path,
    networks: Networks,
    *,
    cuts: int,
    seed: int,
    deaf: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Cut power so often, in *folder*, and see after each cut that nothing is lost.

    :raises LostError: naming the seed and the cut, by which the same can be had again.
    """
    tally = Tally()
    for first in range(0, cuts, LIVES):
        # A seed for each disk: the one on which something is lost is had again without the others.
        chance = random.Random(f"{seed}/{first}")
        disk = folder / str(first)
        disk.mkdir(parents=True)
        site, keys = begin(disk, networks, chance)
        story, told = Story(chance, site, keys), "at first"
        allowed: tuple[Site, ...] = (site,)
        for number in range(first, min(first + LIVES, cuts) + 1):
            try:
                life = live(disk, networks, story, allowed=allowed, deaf=deaf)
            except LostError as error:
                raise LostError(f"seed {seed}, disk {first}, {told}: {error}") from error
            if number == min(first + LIVES, cuts):
                break
            until, how = cut_off(life, chance)
            allowed, midst = life.known(until)
            midst = "migrating" if number == first and midst == "starting" else midst
            told = f"cut {number} at step {until} of {len(life.steps)}, in {midst or 'peace'}, {how.value}"
            say(told)
            # In the same place: what was to be finished is listed with its whole path.
            shutil.rmtree(disk)
            disk.mkdir()
            cut(life.before, life.steps[:until], how, chance).lay_out(disk)
            _spoil_shared_memory(disk, chance)
            tally.count(midst, how)
        shutil.rmtree(disk)
    return tally


def difference(seen: Site, allowed: Collection[Site]) -> str:
    """Return in words what is not as it may be."""
    told = []
    for each in fields(Site):
        values = [getattr(site, each.name) for site in allowed]
        if getattr(seen, each.name) not in values:
            told.append(f"{each.name}: {getattr(seen, each.name)}, not one of {values}")
    return "; ".join(told) or "its parts are of different moments"


def _spoil_shared_memory(disk: Path, chance: random.Random) -> None:
    """Leave anything in the files of shared memory, as a cut does: nobody may believe them."""
    for path in (disk / "data").glob("*.db"):
        if chance.random() < 0.5:
            path.with_name(f"{path.name}-shm").write_bytes(chance.randbytes(32768))
