"""The live page: what the door sees, how it is, what happens, and buttons to command it.

Everything is asked for in short requests, a picture a few times and the state once a second, and
nothing is streamed: a stream (multipart, server-sent events) keeps one of the few threads for as
long as somebody looks, so that four open tabs would shut out everybody else. A request here takes
milliseconds, and what happens at the door is on the page within a second.

The requests of a page that is merely open do not count as somebody being there: the session ends
as if nobody had come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind, Wanted
from edge.collection.text import is_presentable
from edge.desk import LONGEST_REASON, Answer, Command, State
from edge.domain import Prompt
from edge.live import DoorState
from edge.portal import Alarm, DoorCondition, Position, Why
from enroll.accounts import Role
from enroll.admin.event_words import EventLine, Names, lines_of, reason_in_words
from enroll.auth import allow, by_itself, signed_in
from enroll.office import office

blueprint = Blueprint("live", __name__, url_prefix="/admin/live")

SHOWN = 12
"""Events on the page."""

ALARMS = {
    Alarm.FORCED_OPEN: "The door was forced open.",
    Alarm.HELD_OPEN: "The door is held open.",
    Alarm.TAMPER: "A housing is open.",
}

WHYS = {
    Why.FIRE: "Unlocked by the fire alarm.",
    Why.EXIT: "Unlocked by the exit button.",
    Why.GRANT: "Unlocked for somebody.",
    Why.OFFICE_MODE: "It stays unlocked (office mode).",
    Why.UNLOCK_SCHEDULE: "It is unlocked by its schedule.",
}

ANSWER_WITHIN = timedelta(seconds=12)
"""The door answers within a second, or, after ten, that the request is stale."""

AT_THE_DOOR = (
    EventKind.DECISION,
    EventKind.REMOTE_UNLOCK,
    EventKind.REMOTE_COMMAND,
    EventKind.DOOR_STARTED,
    EventKind.DOOR_STOPPED,
    EventKind.EXIT_REQUESTED,
    EventKind.HELD_OPEN_WARNING,
    EventKind.HELD_OPEN,
    EventKind.FORCED_OPEN,
    EventKind.TAMPERED,
    EventKind.TAMPER_ENDED,
    EventKind.FIRE_RELEASE,
    EventKind.FIRE_ENDED,
    EventKind.LOCKDOWN_BEGAN,
    EventKind.LOCKDOWN_ENDED,
    EventKind.OFFICE_MODE_BEGAN,
    EventKind.OFFICE_MODE_ENDED,
    EventKind.UNLOCK_SCHEDULE_BEGAN,
    EventKind.UNLOCK_SCHEDULE_ENDED,
    EventKind.INPUT_FAULT,
    EventKind.INPUT_RECOVERED,
    EventKind.FAULT,
    EventKind.ALARM,
)

DONE = {
    Command.UNLOCK: "The door is unlocked.",
    Command.BEGIN_LOCKDOWN: "The door is in lockdown: nobody is let in.",
    Command.END_LOCKDOWN: "The lockdown is over.",
    Command.BEGIN_OFFICE_MODE: "The door stays unlocked.",
    Command.END_OFFICE_MODE: "The door is locked again.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a request: *mark* is "wait", "good" or "bad"."""

    mark: str
    text: str


@blueprint.get("")
@allow(Role.OWNER, Role.MANAGER)
def show() -> ResponseReturnValue:
    """Show the page; without a script it shows the door as it is now, and the last request."""
    here = office()
    enabled = here.core.settings.live.enabled
    if enabled:
        here.viewer.look()
    shown = here.viewer.state()
    asked = request.args.get("request", "")
    return render_template(
        "live.html",
        door=here.core.settings.door.name,
        enabled=enabled,
        state=shown,
        notes=door_in_words(shown.condition) if shown else [],
        command=Command,
        lines=_lines(0),
        verdict=_verdict(here.core.desk.state(asked)) if asked else None,
        longest_reason=LONGEST_REASON,
    )


@blueprint.get("/picture")
@allow(Role.OWNER, Role.MANAGER)
@by_itself
def picture() -> ResponseReturnValue:
    """Give what the door sees, or nothing (204) where it shows nothing."""
    here = office()
    if not here.core.settings.live.enabled:
        abort(404)
    here.viewer.look()
    content = here.viewer.picture()
    if content is None:
        return "", 204
    return Response(content, mimetype="image/jpeg")


@blueprint.get("/state")
@allow(Role.OWNER, Role.MANAGER)
@by_itself
def state() -> ResponseReturnValue:
    """Give how the door is, and the events behind number *after*."""
    here = office()
    if here.core.settings.live.enabled:
        here.viewer.look()
    lines = _lines(request.args.get("after", 0, type=int))
    return jsonify(
        door=_door(here.viewer.state()),
        events=[_event(line) for line in lines],
        last=lines[0].entry.sequence if lines else None,
    )


@blueprint.post("/unlock")
@allow(Role.OWNER, Role.MANAGER)
def unlock() -> ResponseReturnValue:
    """Ask the door to unlock; it answers in its own time, at :func:`answer`."""
    return _asked(Command.UNLOCK)


@blueprint.post("/command")
@allow(Role.OWNER, Role.MANAGER)
def command() -> ResponseReturnValue:
    """Ask the door to begin or end lockdown or office mode; it answers as to an unlock."""
    try:
        wanted = Command(request.form.get("command", ""))
    except ValueError:
        abort(400)
    return _asked(wanted)


def _asked(wanted: Command) -> ResponseReturnValue:
    here = office()
    reason = " ".join(request.form.get("reason", "").split())
    if not is_presentable(reason, longest=LONGEST_REASON):
        abort(400)
    request_id = here.core.desk.request(
        wanted,
        door=here.core.settings.door.name,
        reason=reason,
        actor=f"account {signed_in().account_id}",
        now=here.clock(),
    )
    if request.accept_mimetypes.best == "application/json":
        return jsonify(request=request_id), 202
    return redirect(url_for("live.show", request=request_id))


@blueprint.get("/requests/<uuid:request_id>")
@allow(Role.OWNER, Role.MANAGER)
@by_itself
def answer(request_id: UUID) -> ResponseReturnValue:
    """Give what became of a request."""
    found = office().core.desk.state(str(request_id))
    if found is None:
        abort(404)
    verdict = _verdict(found)
    return jsonify(mark=verdict.mark, text=verdict.text)


def _verdict(state: State | None) -> Verdict:
    if state is None:
        return Verdict("bad", "This request is long past. The events tell what became of it.")
    if state.answer in (Answer.REQUESTED, Answer.DONE):
        return Verdict("good", DONE[state.request.command])
    if state.answer is not None:
        return Verdict("bad", f"Refused: {reason_in_words(state.answer)}.")
    if office().clock() - state.request.at <= ANSWER_WITHIN:
        return Verdict("wait", "Asking the door …")
    if state.taken:
        return Verdict(
            "bad", "The door stopped before it answered. Look at it before you try again."
        )
    return Verdict(
        "bad", "The door did not answer: its program is not running. Nothing was changed."
    )


def _lines(after: int) -> tuple[EventLine, ...]:
    here = office()
    found = here.audit.search.newest(Wanted(kinds=AT_THE_DOOR), limit=SHOWN, after=after)
    return lines_of(found, Names(here.people, here.accounts))


def _event(line: EventLine) -> dict[str, str | None]:
    event = line.entry.event
    return {
        "time": f"{event.at.astimezone():%H:%M:%S}",
        "what": line.what,
        "why": line.why,
        "who": line.who,
        "mark": line.mark,
        "similarity": None if event.similarity is None else f"{event.similarity:.2f} %",
    }


def _door(state: DoorState | None) -> dict[str, object] | None:
    if state is None:
        return None
    condition = state.condition
    return {
        "released": condition.released,
        "text": in_words(state),
        "notes": door_in_words(condition),
        "alarm": bool(condition.alarms),
        "lockdown": condition.lockdown,
        "office": condition.office,
    }


def door_in_words(condition: DoorCondition) -> list[str]:
    """Return what there is to say about the door itself, what matters most first."""
    said = [ALARMS[alarm] for alarm in condition.alarms]
    if condition.warning:
        said.append("The door has been open for long.")
    if condition.lockdown:
        said.append("Lockdown: nobody is let in; the way out is free.")
    if condition.released and condition.why in WHYS:
        said.append(WHYS[condition.why])
    if condition.fire and condition.why is not Why.FIRE:
        said.append("There is a fire alarm; this door is not released by it.")
    said += [f"The input “{name}” is dead." for name in condition.dead]
    if condition.position is not Position.UNKNOWN:
        said.append(f"The door is {condition.position}.")
    return said


def in_words(state: DoorState) -> str:
    """Return how the door is, in one sentence."""
    if state.fault == "CameraError":
        return "The camera is lost; faces are not looked at."
    if state.fault is not None:
        return "There is a fault; faces are not looked at. The door's log tells more."
    if state.prompt is not None:
        return f"Somebody is asked: {Prompt(state.prompt).words.lower()}."
    if state.face is None:
        return "Nobody is in front of the camera."
    if state.face:
        return "Somebody is there, not seen well enough yet."
    return "Somebody is there."
