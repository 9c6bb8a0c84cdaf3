"""Tells a broker how the door is and what happens there, and takes its commands.

Events first, then the state they lead to, then the place in the record: whatever dies in between,
nothing is left out, and what was told already is told again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from edge.announcing.broker import Address, Connection
from edge.announcing.commands import Commands
from edge.announcing.condition import Condition, after, from_memory, to_memory
from edge.announcing.discovery import Described, described
from edge.announcing.follower import Follower
from edge.announcing.reaching import as_told, pause
from edge.announcing.telling import DOOR_KINDS, is_silent, told
from edge.announcing.topics import Message, Topics, decision, duress, event, state, status
from edge.audit import AuditEntry
from edge.errors import OstiaryError

log = logging.getLogger(__name__)

NAME = "mqtt"
"""Of this destination, in the ledger."""

POLL_SECONDS = 0.25
"""Between two looks at the record; each costs microseconds while nothing is new."""

LONGEST_PAUSE = 60.0
"""Seconds between two tries to connect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttPolicy:
    """What is told, and of which door. *release* is how long a grant unlocks it.

    *introduction* describes the door to Home Assistant, or None; *duress_topic* "" tells of none.
    """

    door: str
    release: timedelta
    topics: Topics
    introduction: Described | None = None
    duress_topic: str = ""


class MqttAnnouncer:
    """One broker's announcer; :meth:`run` is for one thread.

    *name_of* gives the name of a person's id where names are told, else None. *commands* None takes
    none.
    """

    def __init__(
        self,
        *,
        address: Address,
        policy: MqttPolicy,
        follower: Follower,
        clock: Callable[[], datetime],
        chance: Random,
        name_of: Callable[[str], str | None] = lambda _: None,
        commands: Commands | None = None,
    ) -> None:
        self._address = address
        self._policy = policy
        self._follower = follower
        self._clock = clock
        self._chance = chance
        self._name_of = name_of
        self._commands = commands
        self._condition = from_memory(follower.place.memory)
        self._shown: Message | None = None
        self._last_name: str | None = None
        self._fault = ""
        self.name = NAME

    def run(self, stop: threading.Event) -> None:
        """Tell the broker, whatever happens to it, until *stop* is set."""
        tries = 0
        while not stop.is_set():
            try:
                connection = self._connected()
                try:
                    self._introduce(connection, stop)
                    tries = 0
                    self._recovered()
                    while not stop.is_set():
                        self._tell_all(connection, stop)
                        connection.turn(POLL_SECONDS)
                finally:
                    connection.close()
            except Exception as error:  # noqa: BLE001 - one destination must not end the others
                if stop.is_set():
                    return
                tries += 1
                self._failed(as_told(error, self.name), tries)
                stop.wait(pause(tries, longest=LONGEST_PAUSE, chance=self._chance))

    def once(self, stop: threading.Event) -> None:
        """Tell the broker what there is to tell now.

        :raises OstiaryError: if it could not be told.
        """
        connection = self._connected()
        try:
            self._introduce(connection, stop)
            self._tell_all(connection, stop)
        finally:
            connection.close()

    def test(self) -> str:
        """Send one message, and return in words where; the door's own connection is not disturbed.

        :raises AnnouncingError: if it could not be sent.
        """
        connection = Connection(self._address.for_a_test())
        try:
            topic = self._policy.topics.test
            connection.deliver([Message(topic, b"a test by ostiary announce test")])
        finally:
            connection.close()
        return f"{self._address.words} confirmed a message on {topic}"

    def cut(self) -> None:
        """Do nothing: whatever a connection does ends soon by itself."""

    def _connected(self) -> Connection:
        topics = self._policy.topics
        if self._commands is None:
            return Connection(self._address, will=status(topics, online=False))
        return Connection(
            self._address,
            will=status(topics, online=False),
            command_topic=topics.command,
            on_command=self._commands.take,
        )

    def _introduce(self, connection: Connection, stop: threading.Event) -> None:
        """Say everything that is retained: this broker may have forgotten, or be another one."""
        introduction = self._policy.introduction
        self._look_up()
        self._shown = self._state()
        connection.deliver(
            [
                *(described(introduction) if introduction is not None else ()),
                self._shown,
                status(self._policy.topics, online=True),
            ],
            stop,
        )

    def _tell_all(self, connection: Connection, stop: threading.Event) -> None:
        while not stop.is_set():
            reading = self._follower.read()
            if not reading.entries:
                break
            self._tell(connection, reading.entries, reading.gone, stop)
        self._show(connection, stop)

    def _tell(
        self,
        connection: Connection,
        entries: tuple[AuditEntry, ...],
        gone: int,
        stop: threading.Event,
    ) -> None:
        before = self._condition
        messages: list[Message] = []
        delivered, passed_over = 0, gone
        for entry in entries:
            self._condition = after(
                self._condition, entry.event, door=self._policy.door, release=self._policy.release
            )
            if self._follower.stale(entry):
                passed_over += 1
            elif said := self._messages(entry):
                messages.extend(said)
                delivered += 1
        self._look_up()
        shown = self._state()
        try:
            changed = [shown] if shown != self._shown else []
            connection.deliver([*messages, *changed], stop)
            self._follower.confirm(
                entries[-1].sequence,
                delivered=delivered,
                passed_over=passed_over,
                memory=to_memory(self._condition),
            )
        except BaseException:
            self._condition = before
            raise
        self._shown = shown

    def _messages(self, entry: AuditEntry) -> list[Message]:
        happened, topics = entry.event, self._policy.topics
        if is_silent(happened):
            topic = self._policy.duress_topic
            return [duress(topic, told(entry, name=self._named(entry)))] if topic else []
        if happened.kind not in DOOR_KINDS:
            return []
        values = told(entry, name=self._named(entry))
        decided = decision(topics, happened, values, self._clock())
        return [event(topics, values), *([decided] if decided is not None else [])]

    def _show(self, connection: Connection, stop: threading.Event) -> None:
        """Say how the door is where time alone has changed it: a release is over."""
        shown = self._state()
        if shown != self._shown:
            connection.deliver([shown], stop)
            self._shown = shown

    def _state(self) -> Message:
        return state(self._policy.topics, self._condition, self._clock(), name=self._last_name)

    def _look_up(self) -> None:
        """Find the name of who was let in last; whoever was erased since has none."""
        person_id = self._condition.person_id
        self._last_name = None if person_id is None else self._name_of(person_id)

    def _named(self, entry: AuditEntry) -> str | None:
        person_id = entry.event.person_id
        return None if person_id is None else self._name_of(person_id)

    @property
    def condition(self) -> Condition:
        """How the door is, by what was told so far."""
        return self._condition

    def _failed(self, error: OstiaryError, tries: int) -> None:
        if str(error) == self._fault:
            return
        self._fault = str(error)
        log.warning("mqtt: %s", error)
        try:
            self._follower.failed(str(error), tries=tries)
        except OstiaryError as unwritten:
            log.warning("mqtt: that cannot be written down: %s", unwritten)

    def _recovered(self) -> None:
        if not self._fault:
            return
        self._fault = ""
        log.warning("mqtt: %s is told again", self._address.words)
        self._follower.failed("")
