"""A group as a form: which doors its members pass, when, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from edge.access.ruleset import Group, Mode, Permission, Ruleset
from enroll.rules.fields import NOTHING, Faults, Form, name_of, rows_of, text_of

_SWITCHES = ("high_security", "extended_opening", "anti_passback_exempt")


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A permission as chosen; *every* stands for every door, also those to come."""

    schedule: str = NOTHING
    every: bool = False
    doors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupForm:
    """What the form says."""

    template: ClassVar[str] = "rules/group.html"
    name: str = ""
    rows: tuple[PermissionRow, ...] = ()
    instead: str = NOTHING
    high_security: bool = False
    extended_opening: bool = False
    anti_passback_exempt: bool = False

    @classmethod
    def of(cls, group: Group | None, rules: Ruleset) -> GroupForm:  # noqa: ARG003 - as all forms
        """Return what the form says of *group*, or of a new one."""
        group = group or Group(name="")
        return cls(
            name=group.name,
            rows=tuple(
                PermissionRow(each.schedule, each.doors is None, each.doors or frozenset())
                for each in group.permissions
            ),
            instead=NOTHING if group.instead is None else group.instead.value,
            high_security=group.high_security,
            extended_opening=group.extended_opening,
            anti_passback_exempt=group.anti_passback_exempt,
        )

    @classmethod
    def read(cls, form: Form) -> GroupForm:
        """Return what was sent."""
        rows = (
            PermissionRow(
                text_of(form, f"{row}schedule"),
                f"{row}every" in form,
                frozenset(form.getlist(f"{row}door")),
            )
            for row in rows_of(form, "permission", "schedule")
        )
        return cls(
            name=text_of(form, "name"),
            rows=tuple(row for row in rows if row != PermissionRow()),
            instead=text_of(form, "instead"),
            **{switch: switch in form for switch in _SWITCHES},
        )

    def item(self, form: Form, faults: Faults) -> Group:
        """Return the group that is meant; whatever is wrong goes to *faults*."""
        permissions = []
        for number, row in enumerate(self.rows, start=1):
            if row.schedule == NOTHING:
                faults.add(f"Permission {number}", "choose a schedule")
                continue
            if not (row.every or row.doors):
                faults.add(f"Permission {number}", "choose a door, or every door")
            permissions.append(Permission(None if row.every else row.doors, row.schedule))
        instead = None
        try:
            instead = Mode(self.instead) if self.instead else None
        except ValueError:
            faults.add("Instead of the face", "choose one")
        return Group(
            name=name_of(form, faults),
            permissions=tuple(permissions),
            instead=instead,
            high_security=self.high_security,
            extended_opening=self.extended_opening,
            anti_passback_exempt=self.anti_passback_exempt,
        )
