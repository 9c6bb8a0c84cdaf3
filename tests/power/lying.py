"""One device on a disk that lies, whose power is cut again and again: also while it starts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.config import Settings
from edge.storage.key import Key
from edge.vision.recognizer import Recognizer
from tests.power.deeds import Deed, Device, Story
from tests.power.disk import Cut, Image, Said, Step, cut
from tests.power.recording import recording
from tests.power.site import Site, look, settings_of

DEEDS = 3
"""Between two cuts, at most."""

LIVES = 25
"""Of one disk, before another is taken: a record that grows is read as a whole after every cut."""


class LostError(AssertionError):
    """What was acknowledged is not there, or something is half there."""


@dataclass(slots=True)
class Tally:
    """How often power was *cut*, and how often in the midst of what, and what was *left* then."""

    cuts: int = 0
    midst: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    unsynced: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """What was done to a disk from one start on: *said* tells a deed's beginning and its end."""

    before: Image
    steps: Sequence[Step]
    deeds: tuple[Deed, ...]

    def known(self, site: Site, until: int) -> tuple[tuple[Site, ...], str]:
        """Return what *site* may be after so many steps, and the deed that was being done."""
        said = [step.text for step in self.steps[:until] if isinstance(step, Said)]
        for deed in self.deeds[: said.count("done")]:
            site = deed.stages(site)[-1]
        if said and said[-1] != "done":
            deed = self.deeds[said.count("done")]
            return (site, *deed.stages(site)), type(deed).__name__
        return (site,), "" if said else "starting"


def live(
    folder: Path, models: Path, recognizer: Recognizer, story: Story, *, deaf: bool = False
) -> Life:
    """Start what is in *folder*, and do some deeds; *deaf*: nothing is ever synced."""
    settings = settings_of(folder, models)
    deeds: list[Deed] = []
    with recording(folder, deaf=deaf) as recorder:
        look(settings, recognizer, story.keys)
        site = story.site
        for deed in story.plan(story.chance.randint(1, DEEDS)):
            deeds.append(deed)
            recorder.say("begin")
            deed.do(Device(settings, recognizer))
            recorder.say("done")
            story.site = deed.stages(story.site)[-1]
            _learn(settings, story.keys)
        assert recorder.is_complete(), "something was written that was not seen"
        story.site = site
        return Life(recorder.before, tuple(recorder.steps), tuple(deeds))
