"""Take a picture of every page and of every screen of the kiosk, to look at them.

    python bench/pictures.py FOLDER [--widths 360 800 1920] [--only kiosk]

The people are invented and the faces are those of the demonstration's footage. Needs Debian's
Chromium and the package `playwright`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import cv2
import numpy as np
import waitress
from flask import Flask
from playwright.sync_api import Browser, Error, Page, sync_playwright

from edge.access.document import from_toml, to_json
from edge.access.ruleset import Hours, WeeklyHours
from edge.access.whereabouts import Stay
from edge.audit import AuditEvent, EventKind
from edge.collection.memberships import Memberships
from edge.collection.people import Consent, NewPerson, People
from edge.collection.pins import Pins
from edge.collection.rule_versions import RuleVersions
from edge.collection.whereabouts import WhereaboutsStore
from edge.config import load_settings
from edge.config.settings import StorageSettings
from edge.core import Core
from edge.demonstration.footage import CARPHONE, clip
from edge.domain import Badge, Outcome, Reason
from edge.ruling import apply_rules
from enroll.accounts import Accounts, Invitations, Role
from enroll.application import create_app
from enroll.passwords import Passwords
from enroll.rekognition.keys import AccessKeys
from enroll.store import open_web

HEIGHTS = {360: 740, 800: 1280, 1920: 1080}
SCHEMES = ("light", "dark")
PASSWORD = "quiet harbour nine lamps"  # noqa: S105 - of a site that lives for a minute
NAMES = ("Ada Example", "Ben Muster", "Chloé Modèle", "Dilara Örnek", "Emil Vzorný", "Fátima Ejemplo",
         "Grace Sample", "Hiro Rei", "Inés Prueba", "Jonas Beispiel", "Katarzyna Przykład")  # fmt: skip

KEYS = (
    ("Reception desk", ("look", "search"), ("*",)),
    ("Visitor registration", ("look", "IndexFaces", "DeleteFaces"), ("visitors-*", "door")),
    ("Old importer", ("change",), ("staff-*",)),
)
"""Label, what it may do, and where; "door" stands for the door's own collection."""

RULES = Path(__file__).parents[1] / "firmware_config" / "rules.toml"
RULES_SHOWN = (
    ("schedule", "Cleaning"),
    ("schedule", "Archive days"),
    ("calendar", "Public holidays"),
    ("group", "Staff"),
    ("door", "front"),
    ("area", "Vault"),
)

PASSES = 0.8
"""Share of those who come to the invented door that are let in."""

REFUSALS = [Reason.NO_MATCH, Reason.NO_MATCH, Reason.SIMILARITY_TOO_LOW, Reason.LOW_QUALITY]


def populate(core: Core) -> str:
    """Enroll invented people without faces and the man of the clip with his; return his id."""
    people, now = People(core.database), datetime.now(UTC)
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    for number, name in enumerate(NAMES):
        people.enroll(
            collection,
            NewPerson(
                name=name,
                external_id=f"P{4711 + number * 17}",
                valid_until=now + timedelta(days=40 * number - 30) if number % 3 == 0 else None,
            ),
            badges=[Badge(f"E-{10440 + number}")],
        )
    frames = clip(CARPHONE)
    examined = [core.enroller.examine(frames[number]) for number in (0, 30, 60, 90)]
    return core.enroller.enroll_examined(
        NewPerson(name="Mika Mallikas", consent=Consent("kiosk-1/en", now, "kiosk")),
        examined,
        [Badge("E-10499")],
        actor="pictures",
    ).person_id


def rule(core: Core, person_id: str, owner: str) -> None:
    """Write the example's rules, twice; put people into groups and the house; begin a draft."""
    now, collection = datetime.now(UTC), core.settings.door.collection
    ruleset = from_toml(RULES.read_text(encoding="utf-8"))
    first = replace(ruleset, groups=ruleset.groups[:-1])
    for base, (rules, note) in enumerate(((first, "moved in"), (ruleset, "the vault is ready"))):
        at = now - timedelta(days=20 - 9 * base)
        apply_rules(
            core.database, core.audit, rules, base=base, actor=f"account {owner}", at=at, note=note
        )
    memberships, whereabouts = Memberships(core.database), WhereaboutsStore(core.database)
    names = [group.name for group in ruleset.groups]
    for number, person in enumerate(People(core.database).list(collection)):
        memberships.change(person.person_id, add=(names[number % len(names)],))
        if number % 3:
            since = now - timedelta(minutes=47 * number)
            area = "Building" if number % 4 else "Vault"
            whereabouts.note(person.person_id, Stay(area, since, "front"))
    memberships.change(person_id, add=("Staff", "Guards"))
    Pins(core.database, core.key).set(person_id, "590372", duress="815946", at=now)
    longer = replace(
        ruleset.schedules[-1], weekly=(WeeklyHours(frozenset(range(6)), Hours(360, 1200)),)
    )
    draft = replace(ruleset, schedules=(*ruleset.schedules[:-1], longer), groups=ruleset.groups[1:])
    RuleVersions(core.database).keep_draft(
        f"account {owner}", base=2, document=to_json(draft), at=now
    )


def happen(core: Core, person_id: str) -> None:
    """Record two days at a door: most are let in, some are not."""
    begun = datetime.now(UTC) - timedelta(days=2)
    chance = np.random.default_rng(7)
    for number in range(96):
        let_in = chance.random() < PASSES
        core.audit.append(
            AuditEvent(
                kind=EventKind.DECISION,
                at=begun + timedelta(minutes=30 * number),
                door=core.settings.door.name,
                outcome=Outcome.GRANT if let_in else Outcome.DENY,
                reason=Reason.MATCH if let_in else chance.choice(REFUSALS).item(),
                similarity=float(chance.uniform(99.2, 99.99) if let_in else chance.uniform(5, 96)),
                person_id=person_id if let_in else None,
            )
        )


def make_keys(keys: AccessKeys, door: str) -> None:
    """Make a key in use, one that was revoked, and one that reaches the door's own collection."""
    now = datetime.now(UTC)
    for number, (label, operations, collections) in enumerate(KEYS):
        reached = tuple(door if name == "door" else name for name in collections)
        key, _ = keys.create(
            label=label,
            operations=operations,
            collections=reached,
            created_by="root",
            now=now - timedelta(days=30 * (number + 1)),
        )
        keys.used(key.key_id, now - timedelta(minutes=7 * number))
        if label.startswith("Old"):
            keys.revoke(key.key_id, now - timedelta(days=3))


@contextmanager
def served(folder: Path) -> Iterator[tuple[Flask, str, str, str]]:
    """Serve a new house; give the application, its address, a set-up link and a person's id."""
    settings = load_settings(None)
    core = Core(replace(settings, storage=StorageSettings(folder=folder)))
    try:
        person_id = populate(core)
        happen(core, person_id)
        with open_web(folder / "web.db", core.key) as web:
            passwords, now = Passwords(), datetime.now(UTC)
            owner = Accounts(web).create(
                name="Robin Owner",
                role=Role.OWNER,
                password_hash=passwords.hash(PASSWORD),
                now=now,
            )
            rule(core, person_id, owner.account_id)
            make_keys(AccessKeys(web), core.settings.door.collection)
            link = f"/set-up/{Invitations(web).issue(Role.ENROLLER, now=now)}"
            app = create_app(
                core=core,
                site="Lighthouse",
                collection_id=core.settings.door.collection,
                database=core.database,
                web=web,
                enroller=core.enroller,
                audit=core.audit,
                passwords=passwords,
            )
            server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            yield app, f"http://127.0.0.1:{server.effective_port}", link, person_id
            server.close()
    finally:
        core.close()


def film(path: Path) -> Path:
    """Write the demonstration's clip as a camera for Chromium (Motion-JPEG)."""
    with path.open("wb") as file:
        for pixels in clip(CARPHONE)[:96]:
            large = cv2.resize(pixels, (640, 524), interpolation=cv2.INTER_CUBIC)[22:502]
            for _ in range(3):  # slower: the clip is as short as a sentence
                file.write(cv2.imencode(".jpg", large.astype(np.uint8))[1].tobytes())
    return path


def sign_in(page: Page, address: str) -> None:
    """Sign in as the owner."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("Robin Owner")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def admin_pages(page: Page, app: Flask, address: str, person_id: str) -> Iterator[str]:
    """Show every page that has an address of its own; give each one's name."""
    adapter = app.url_map.bind("localhost")
    values = {"person_id": person_id, "account_id": str(uuid4()), "kind": "group", "version": "1"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= values.keys():
            continue
        if rule.endpoint.startswith(("kiosk.", "sign_in.")) or rule.endpoint in {"start", "static"}:
            continue
        path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        with suppress(Error):  # what is no page but a stream or a download
            answer = page.goto(address + path, timeout=5000, wait_until="domcontentloaded")
            if answer is not None and "html" in (answer.header_value("content-type") or ""):
                page.wait_for_timeout(150)
                yield f"admin-{rule.endpoint.replace('.', '-')}"


def rule_pages(page: Page, address: str) -> Iterator[str]:
    """Show the forms of what the rules hold, with mistakes in one, and answers about somebody."""
    at = f"{address}/admin/rules"
    for kind, name in RULES_SHOWN:
        page.goto(f"{at}/{kind}?{urlencode({'name': name})}")
        yield f"admin-rules-{kind}-filled-in"
    page.goto(f"{at}/schedule")
    page.get_by_label("Name").fill("Shifts")
    page.locator("[name=week-0-begin]").fill("06:00")
    page.get_by_role("button", name="Put into the draft").click()
    page.wait_for_load_state()
    yield "admin-rules-faults"
    asked = urlencode({"person": "Mika", "door": "front", "at": "2026-06-01T21:30"})
    for name in ("preview", "why"):
        page.goto(f"{at}/{name}?{asked}")
        yield f"admin-rules-{name}-of-somebody"


def made_key(page: Page, address: str) -> Iterator[str]:
    """Fill in the form of a key, then show its secret."""
    page.goto(f"{address}/admin/keys")
    page.get_by_label("What it is for").fill("Badge printer")
    page.locator("[name=may][value=look]").check()
    page.locator(".group summary").nth(1).click()
    page.locator("[name=reach][value=only]").check()
    page.locator("#more").fill("staff-* visitors")
    page.locator("[name=door]").check()
    yield "admin-keys-filled-in"
    page.get_by_role("button", name="Make the key").click()
    page.wait_for_load_state()
    yield "admin-keys-made"


def kiosk_screens(page: Page, address: str) -> Iterator[str]:
    """Go through the kiosk; give each screen's name."""
    page.goto(f"{address}/kiosk")
    yield "kiosk-open"
    page.locator("form.card button").click()
    page.locator("#start").wait_for()
    yield "kiosk-welcome"
    page.locator("#start").click()
    yield "kiosk-consent"
    page.locator("#agree").click()
    page.locator("#name").fill("Ada Example")
    yield "kiosk-name"
    page.locator("#name-form .big").click()
    page.locator("#ring:not([stroke-dasharray^='0'])").wait_for()
    page.wait_for_timeout(300)
    yield "kiosk-camera"
    page.locator("#badge").wait_for(timeout=90_000)
    page.locator("#badge").fill("E-10777")
    yield "kiosk-badge"
    page.locator("#scan").click()
    page.wait_for_timeout(1500)
    yield "kiosk-scan"
    page.locator("#stop-scan").click()
    page.locator("#badge-form .big:not(.quiet)").click()
    page.locator("#it-is-me").wait_for()
    yield "kiosk-alike"
    page.locator("#it-is-me").click()
    page.locator("#finish").wait_for()
    yield "kiosk-done"


def everything(page: Page, app: Flask, address: str, link: str, person_id: str) -> Iterator[str]:
    """Show every page there is, the kiosk last, for it cannot be left; give each one's name."""
    page.goto(address + link)
    yield "set-up"
    sign_in(page, address)
    yield from admin_pages(page, app, address, person_id)
    yield from rule_pages(page, address)
    yield from made_key(page, address)


def shoot(browser: Browser, folder: Path, *, width: int, scheme: str, kiosk_only: bool) -> None:
    """Take the pictures of one width and colour scheme into *folder*."""
    with tempfile.TemporaryDirectory() as house, served(Path(house)) as parts:
        app, address, link, person_id = parts
        page = browser.new_page(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        if kiosk_only:
            sign_in(page, address)
        else:
            for name in everything(page, app, address, link, person_id):
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        for name in kiosk_screens(page, address):
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        page.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--widths", type=int, nargs="+", default=list(HEIGHTS))
    parser.add_argument("--only", choices=["all", "kiosk"], default="all")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as camera, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film(Path(camera) / 'man.mjpeg')}",
            ],
        )
        for width in wanted.widths:
            for scheme in SCHEMES:
                shoot(
                    browser,
                    wanted.folder,
                    width=width,
                    scheme=scheme,
                    kiosk_only=wanted.only == "kiosk",
                )
        browser.close()


if __name__ == "__main__":
    main()
