"""What happens at the door of a scenario, in sentences for whoever runs the site."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from edge.access.attempt_state import Ask, Wanted
from edge.audit import AuditEvent, EventKind
from edge.domain import InputName, Outcome, Reason
from edge.portal import Release, Why
from edge.simulation.kinds import in_words, input_in_words
from edge.simulation.scenario import Scenario, Step


class Tone(StrEnum):
    """How a sentence is meant."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    ALARM = "alarm"


_EVENTS = {
    EventKind.DOOR_STARTED: "the door's program starts",
    EventKind.DOOR_CLOSED: "the door is closed",
    EventKind.EXIT_REQUESTED: "the exit button is pressed",
    EventKind.HELD_OPEN_WARNING: "warning: the door has been open for long",
    EventKind.HELD_OPEN: "ALARM: the door is held open",
    EventKind.FORCED_OPEN: "ALARM: the door is forced open",
    EventKind.TAMPERED: "ALARM: the housing is opened",
    EventKind.TAMPER_ENDED: "the housing is closed again",
    EventKind.FIRE_RELEASE: "the fire alarm releases the door",
    EventKind.FIRE_ENDED: "the fire alarm is over",
    EventKind.LOCKDOWN_BEGAN: "lockdown begins",
    EventKind.LOCKDOWN_ENDED: "lockdown ends",
    EventKind.OFFICE_MODE_BEGAN: "office mode begins: the door stays unlocked",
    EventKind.OFFICE_MODE_ENDED: "office mode ends",
    EventKind.UNLOCK_SCHEDULE_BEGAN: "the unlock schedule begins: the door stays unlocked",
    EventKind.UNLOCK_SCHEDULE_ENDED: "the unlock schedule ends",
}

_TONES = {
    EventKind.HELD_OPEN_WARNING: Tone.BAD,
    EventKind.HELD_OPEN: Tone.ALARM,
    EventKind.FORCED_OPEN: Tone.ALARM,
    EventKind.TAMPERED: Tone.ALARM,
    EventKind.FIRE_RELEASE: Tone.ALARM,
    EventKind.LOCKDOWN_BEGAN: Tone.ALARM,
    EventKind.INPUT_FAULT: Tone.BAD,
    EventKind.DURESS: Tone.ALARM,
    EventKind.ALARM: Tone.ALARM,
}

_WITHOUT_EXPLANATION: dict[str, str] = {
    Reason.BUSY: "the door is released for somebody already",
    Reason.LOCKDOWN: "the door is in lockdown",
}

_OPENED_BY: dict[str, str] = {
    Why.FIRE: " as the fire alarm lets it",
    Why.EXIT: " by the way out",
    Why.GRANT: " for whoever was let in",
    Why.OFFICE_MODE: " in office mode",
    Why.UNLOCK_SCHEDULE: " as the unlock schedule lets it",
}

_RELEASED = {
    Why.EXIT: "to let somebody out",
    Why.FIRE: "as long as the fire alarm lasts",
    Why.OFFICE_MODE: "as long as office mode lasts",
    Why.UNLOCK_SCHEDULE: "as long as the unlock schedule lasts",
}

_ASKED = {
    Wanted.FACE: "a look at the camera",
    Wanted.BADGE: "the badge",
    Wanted.PIN: "the PIN",
    Wanted.SECOND_PERSON: "a second person",
}


def event_in_words(event: AuditEvent) -> tuple[str, Tone]:
    """Return a sentence for *event*, whose person's id is a name, and how it is meant."""
    match event.kind:
        case EventKind.DECISION:
            return _decision(event)
        case EventKind.REMOTE_UNLOCK:
            return _asked_by_the_manager(event, "unlock the door")
        case EventKind.REMOTE_COMMAND:
            command = event.detail.partition(",")[0].replace("-", " ")
            return _asked_by_the_manager(event, command)
    return _thing(event), _TONES.get(event.kind, Tone.PLAIN)


def release_in_words(release: Release | None, seconds: float) -> str:
    """Return what the lock is told; *seconds* is how long a release is good for."""
    if release is None:
        return "the lock is secured"
    how_long = _RELEASED.get(release.why, f"for up to {seconds:g} seconds")
    return f"the lock is released {how_long}"


def ask_in_words(ask: Ask) -> str:
    """Return what the door asks for, "" for nothing."""
    wanted = [_ASKED[each] for each in ask.all_of]
    if ask.one_of:
        wanted.append(in_words((_ASKED[each] for each in ask.one_of), "or"))
    return f"the door asks for {in_words(wanted)}" if wanted else ""


def step_in_words(step: Step, scenario: Scenario, before: str | None, passing: str | None) -> str:
    """Return what *step* is called that has no words, "" if nothing happens in it.

    *before* is who stands before the camera, *passing* whom the door was released for.
    """
    for act in step.acts:
        who = before or passing if act == "goes_through" else before
        return _act_in_words(act, getattr(step, act), scenario, who)
    return ""


def _act_in_words(act: str, value: object, scenario: Scenario, before: str | None) -> str:
    match act, value:
        case "badge", str():
            return _badge(value, scenario, before)
        case "pin", str():
            who = value if value in scenario.people else before
            return f"{who or 'Somebody'} types a PIN"
        case "clock_set", float():
            way = "forward" if value > 0 else "back"
            return f"The clock is set {way} by {_duration(abs(value))}"
        case (("wire_cut" | "wire_mended"), InputName()):
            return f"The wire of the {input_in_words(value)} is {act.removeprefix('wire_')}"
    return _SENTENCES[act].format(value, before=before or "Somebody")


_SENTENCES = {
    "face": "{} steps before the camera",
    "photo_of": "Somebody holds a photo of {} before the camera",
    "stranger": "A stranger steps before the camera",
    "leaves": "{before} walks away",
    "goes_through": "{before} goes through, and the door falls shut",
    "leaves_elsewhere": "{} leaves by another door",
    "exit_button": "The exit button is {}",
    "housing": "The housing {}",
    "fire": "The fire alarm {}",
    "lockdown": "The manager {} the lockdown",
    "office_mode": "The manager {} office mode",
    "unlocked_from_the_pages": "The manager unlocks the door from the pages",
    "power": "The power {}",
    "door": "The door {}",
}


def _decision(event: AuditEvent) -> tuple[str, Tone]:
    if event.reason == Reason.NOT_LIVE:
        return f"denied: it is a picture of {event.person_id}, not a living face", Tone.BAD
    explained = event.detail or _reason(event)
    if event.outcome == Outcome.GRANT:
        return f"{event.person_id} is let in: {explained}", Tone.GOOD
    if event.person_id is None:
        return f"denied: {explained}", Tone.BAD
    if event.reason == Reason.WRONG_PERSON:
        return f"whoever shows the badge of {event.person_id} is denied: {explained}", Tone.BAD
    return f"{event.person_id} is denied: {explained}", Tone.BAD


def _asked_by_the_manager(event: AuditEvent, command: str) -> tuple[str, Tone]:
    if event.outcome == Outcome.GRANT:
        return f"the manager's command is obeyed: {command}", Tone.GOOD
    return f"the manager's command is refused: {command}; {_reason(event)}", Tone.BAD


def _reason(event: AuditEvent) -> str:
    reason = event.reason or ""
    return _WITHOUT_EXPLANATION.get(reason, reason.replace("_", " ").lower())


def _thing(event: AuditEvent) -> str:
    """Return what happens to the door as a thing, or what is told beside a decision."""
    said = _SAID.get(event.kind)
    if said is not None:
        return said(event)
    words = _EVENTS.get(event.kind, event.kind.value.replace("-", " "))
    return f"{words} ({event.detail})" if event.detail else words


def _input(event: AuditEvent) -> str:
    name, _, how = event.detail.partition(" ")
    called = input_in_words(InputName(name))
    works = event.kind is EventKind.INPUT_RECOVERED
    return f"the {called} works again" if works else f"fault: the {called} is {how}"


_SAID: dict[EventKind, Callable[[AuditEvent], str]] = {
    EventKind.DURESS: lambda event: f"SILENT ALARM: {event.person_id} is under duress",
    EventKind.DOOR_OPENED: lambda event: f"the door is opened{_OPENED_BY.get(event.detail, '')}",
    EventKind.INPUT_FAULT: _input,
    EventKind.INPUT_RECOVERED: _input,
    EventKind.CREDENTIAL_SHOWN: lambda event: (
        f"{event.person_id} shows the {event.detail.replace(': ', ', for ')}"
    ),
    EventKind.ALARM: lambda event: f"ALARM: {event.detail}",
    EventKind.CLOCK_CHANGED: lambda _: "it is recorded that the clock was set",
}


def _badge(shown: str, scenario: Scenario, before: str | None) -> str:
    people = scenario.people
    owner = (
        shown
        if shown in people
        else next((name for name, each in people.items() if shown in each.badges), None)
    )
    if owner is None or before not in (None, owner):
        whose = f"the badge {shown}" if owner is None else f"the badge of {owner}"
        return f"{before or 'Somebody'} shows {whose}"
    return f"{owner} shows {'a badge' if shown in people else f'the badge {shown}'}"


def _duration(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds:g} seconds"
