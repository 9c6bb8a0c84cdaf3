"""A program that is killed at any moment: forked from one that has everything loaded.

Run as a program of its own, with one thread, so that forking is sound. What the child was told is
done it says through a pipe, which outlives it.
"""

from __future__ import annotations

import os
import pickle
import random
import select
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, Self

from edge.storage.key import read_key
from tests.power.deeds import Deed, Device, Story
from tests.power.lying import LIVES, LostError, difference
from tests.power.older import begin
from tests.power.site import Networks, Site, look, settings_of

DEEDS = 2
"""In one life, at most."""

PATIENCE_SECONDS = 120.0
"""How long a child may take to say the next thing, on a computer that is busy with others."""


@dataclass(frozen=True, slots=True)
class Started:
    """The child has started, and sees this site."""

    story: Story


@dataclass(frozen=True, slots=True)
class Begun:
    """The child begins with a deed."""

    deed: Deed
    story: Story


@dataclass(frozen=True, slots=True)
class Done:
    """It is acknowledged."""

    story: Story


@dataclass(frozen=True, slots=True)
class Fault:
    """The child could not start."""

    text: str


Word = Started | Begun | Done | Fault


@dataclass(slots=True)
class Tally:
    """How often a child was killed, and in the midst of what."""

    kills: int = 0
    midst: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Self:
        self.kills += other.kills
        self.midst += other.midst
        return self


class Heard:
    """What comes out of the pipe *end*, word by word."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._bytes = b""

    def until(self, seconds: float) -> Word | None:
        """Return the next word, or None if there is none within *seconds*, or ever.

        :raises EOFError: if there will be none.
        """
        deadline = time.monotonic() + seconds
        while True:
            word = self._word()
            if word is not None:
                return word
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._end], [], [], left)[0]:
                return None
            more = os.read(self._end, 2**16)
            if not more:
                raise EOFError  # the last word may be cut off: it was never said
            self._bytes += more

    def rest(self) -> Iterator[Word]:
        """Yield all words until the end."""
        try:
            while (word := self.until(PATIENCE_SECONDS)) is not None:
                yield word
        except EOFError:
            return

    def _word(self) -> Word | None:
        size = int.from_bytes(self._bytes[:4], "big")
        if len(self._bytes) < 4 or len(self._bytes) < 4 + size:
            return None
        word: Word = pickle.loads(self._bytes[4 : 4 + size])  # noqa: S301 - our own child's
        self._bytes = self._bytes[4 + size :]
        return word


def run(
    folder: Path,
    networks: Networks,
    *,
    kills: int,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Kill a child so often, and see after each time that nothing is lost.

    :raises LostError: naming the seed and the kill.
    """
    tally = Tally()
    usual: dict[str, float] = {}
    for first in range(0, kills, LIVES):
        chance = random.Random(f"{seed}/{first}")
        disk = folder / str(first)
        disk.mkdir(parents=True)
        site, keys = begin(disk, networks, chance)
        story, told = Story(chance, site, keys), "at first"
        allowed: tuple[Site, ...] = (site,)
        moments = random.Random(f"{seed}/{first}/moments")
        last = min(first + LIVES, kills)
        for number in range(first, last + 1):
            device = Device(settings_of(disk, networks), networks)
            wanted = None if number == last else moments
            try:
                story, allowed, midst = _one_life(device, story, allowed, wanted, usual)
            except LostError as error:
                raise LostError(f"seed {seed}, disk {first}, {told}: {error}") from error
            midst = "migrating" if number == first and midst == "starting" else midst
            if number < last:
                told = f"kill {number}, in {midst or 'peace'}"
                say(told)
                tally.kills += 1
                tally.midst[midst or "peace"] += 1
        shutil.rmtree(disk)
    return tally


def _one_life(
    device: Device,
    story: Story,
    allowed: Collection[Site],
    moments: random.Random | None,
    usual: dict[str, float],
) -> tuple[Story, tuple[Site, ...], str]:
    """Let a child live, and kill it at one of *moments*; without, let it only start.

    *usual* is how long a start and each deed took so far. Return what happened, what the site may be
    now, and what the child was doing.
    """
    heard_end, said_end = os.pipe()
    leash, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(heard_end)
        os.close(held)
        _live(device, story, said_end, leash)
    os.close(said_end)
    os.close(leash)
    heard = Heard(heard_end)
    words: list[Word] = []
    try:
        _watch(heard, words, moments, usual)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(held)
    words += heard.rest()
    os.close(heard_end)
    return _known(words, story, allowed)


def _watch(
    heard: Heard, words: list[Word], moments: random.Random | None, usual: dict[str, float]
) -> None:
    """Listen until the moment comes to kill the child."""
    stage = 0 if moments is None else moments.randrange(DEEDS + 1)
    doing, since = "starting", time.monotonic()
    while True:
        if moments is not None and stage == 0:
            # Some at once: a deed of one file is done before this process is woken a second time.
            if moments.random() > 0.3:
                time.sleep(moments.uniform(0, 1.1 * usual.get(doing, 0.05)))
            return
        try:
            word = heard.until(PATIENCE_SECONDS)
        except EOFError:
            return
        assert word is not None, "the child says nothing any more"
        words.append(word)
        now = time.monotonic()
        if isinstance(word, Begun):
            stage, doing, since = stage - 1, type(word.deed).__name__, now
        else:
            before = usual.get(doing, now - since)
            usual[doing] = 0.8 * before + 0.2 * (now - since)
            if moments is None or isinstance(word, Fault):
                return


def _known(
    words: list[Word], story: Story, allowed: Collection[Site]
) -> tuple[Story, tuple[Site, ...], str]:
    """Return what *words* tell: of *allowed*, nothing is known until the child has started."""
    known, midst = tuple(allowed), "starting"
    for word in words:
        match word:
            case Fault(text):
                raise LostError(text)
            case Started(story):
                if story.site not in allowed:
                    raise LostError(difference(story.site, allowed))
                known, midst = (story.site,), ""
            case Begun(deed, story):
                known, midst = (known[-1], *deed.stages(known[-1])), type(deed).__name__
            case Done(story):
                known, midst = known[-1:], ""
    return story, known, midst


def _live(device: Device, story: Story, said_end: int, leash: int) -> NoReturn:
    """Start, do some deeds, say each, and wait for the end, or for that of whoever holds the *leash*."""

    def say(word: Word) -> None:
        content = pickle.dumps(word)
        content = len(content).to_bytes(4, "big") + content
        while content:
            content = content[os.write(said_end, content) :]

    try:
        story.site = look(device.settings, device.networks, story.keys)
        say(Started(story))
        for deed in story.plan(DEEDS):
            say(Begun(deed, story))
            deed.do(device)
            story.site = deed.stages(story.site)[-1]
            story.learn(read_key(device.settings.storage.key_file))
            say(Done(story))
        os.read(leash, 1)
    except BaseException as error:  # noqa: BLE001 - said to whoever waits, who fails by it
        say(Fault(f"{type(error).__name__}: {error}"))
    finally:
        os._exit(1)
