"""What people, and the world, do in a scenario: one method for every act that a step may have."""

from __future__ import annotations

from edge.desk import Command
from edge.domain import InputName, ShownKind
from edge.simulation.clock import Clock
from edge.simulation.door import SimulatedDoor
from edge.simulation.onlooker import Onlooker
from edge.simulation.scenario import Scenario, Step

THROUGH_AFTER, THROUGH_LASTS = 1.0, 3.0
"""Seconds until somebody opens the door that was released for her, and until it has fallen shut."""

PRESSED_FOR = 0.3


class Acting:
    """Does to *door* what the steps say."""

    def __init__(self, scenario: Scenario, door: SimulatedDoor, clock: Clock) -> None:
        self._scenario = scenario
        self._door = door
        self._clock = clock

    def act(self, step: Step) -> float:
        """Do what *step* says; return how many seconds it lasts."""
        for act in step.acts:
            getattr(self, f"_do_{act}")(getattr(step, act))
        return THROUGH_LASTS if step.goes_through else 0.0

    def _do_face(self, name: str) -> None:
        self._door.step_up(Onlooker(name))

    def _do_photo_of(self, name: str) -> None:
        self._door.step_up(Onlooker(name, photo=True))

    def _do_stranger(self, _: bool) -> None:
        self._door.step_up(Onlooker(None))

    def _do_leaves(self, _: bool) -> None:
        self._door.leave()

    def _do_leaves_elsewhere(self, name: str) -> None:
        self._door.muster.note(name, None)

    def _do_badge(self, whose: str) -> None:
        someone = self._scenario.people.get(whose)
        number = whose if someone is None else someone.badge
        self._door.show(ShownKind.BADGE, number or whose)

    def _do_pin(self, whose: str) -> None:
        someone = self._scenario.people.get(whose)
        digits = whose if someone is None else someone.pin
        self._door.show(ShownKind.PIN, digits or whose)

    def _do_exit_button(self, how: str) -> None:
        if how != "let go":
            self._door.change(InputName.REX, active=True)
        if how == "pressed and let go":
            self._clock.later(PRESSED_FOR, self._let_go)
        elif how == "let go":
            self._let_go()

    def _let_go(self) -> None:
        self._door.change(InputName.REX, active=False)

    def _do_goes_through(self, _: bool) -> None:
        self._clock.later(THROUGH_AFTER, lambda: self._do_door("opens"))
        self._clock.later(THROUGH_LASTS, lambda: self._do_door("closes"))
        self._clock.later(THROUGH_LASTS, self._door.leave)

    def _do_door(self, how: str) -> None:
        self._door.change(InputName.CONTACT, active=how == "opens")

    def _do_housing(self, how: str) -> None:
        self._door.change(InputName.TAMPER, active=how == "opens")

    def _do_fire(self, how: str) -> None:
        self._door.change(InputName.FIRE, active=how == "begins")

    def _do_lockdown(self, how: str) -> None:
        begins = how == "begins"
        self._door.ask(Command.BEGIN_LOCKDOWN if begins else Command.END_LOCKDOWN)

    def _do_office_mode(self, how: str) -> None:
        begins = how == "begins"
        self._door.ask(Command.BEGIN_OFFICE_MODE if begins else Command.END_OFFICE_MODE)

    def _do_unlocked_from_the_pages(self, _: bool) -> None:
        self._door.ask(Command.UNLOCK)

    def _do_wire_cut(self, name: InputName) -> None:
        self._door.cut(name)

    def _do_wire_mended(self, name: InputName) -> None:
        self._door.mend(name)

    def _do_power(self, how: str) -> None:
        if how == "fails":
            self._door.lose_power()
        else:
            self._door.get_power()

    def _do_clock_set(self, seconds: float) -> None:
        self._clock.set(seconds)
