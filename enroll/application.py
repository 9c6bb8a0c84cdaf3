"""The application: its parts are handed in, its rules are laid one over the other, in order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from edge.audit import Audit
from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.people import People
from edge.core import Core
from edge.enrolling import Enroller
from edge.live import Viewer
from edge.storage.database import Database
from edge.users import Users
from enroll import auth, csrf, days, headers, hosts, language, problems, uploads
from enroll.accounts import Accounts, Invitations
from enroll.admin.accounts import blueprint as account_pages
from enroll.admin.badges import blueprint as badge_pages
from enroll.admin.changing import blueprint as changing_pages
from enroll.admin.checks import Checks
from enroll.admin.enrolling import blueprint as enrolling_pages
from enroll.admin.erasing import blueprint as erasing_pages
from enroll.admin.events import blueprint as event_pages
from enroll.admin.exports import blueprint as export_pages
from enroll.admin.imports import blueprint as import_pages
from enroll.admin.keys import blueprint as key_pages
from enroll.admin.live import blueprint as live_pages
from enroll.admin.merging import blueprint as merging_pages
from enroll.admin.muster import blueprint as muster_pages
from enroll.admin.password import blueprint as password_pages
from enroll.admin.people import blueprint as people_pages
from enroll.admin.rights import blueprint as rights_pages
from enroll.admin.second_step import blueprint as second_step_pages
from enroll.admin.system import blueprint as system_pages
from enroll.auth import EVERYBODY, allow
from enroll.hosts import LOOPBACK_NAMES
from enroll.imports import Imports
from enroll.kiosk.pages import blueprint as kiosk_pages
from enroll.kiosk.visit import Visits
from enroll.liveness.pages import blueprint as liveness_pages
from enroll.liveness.sessions import LivenessSessions
from enroll.observing.pages import blueprint as observing_pages
from enroll.observing.pages import observe
from enroll.office import Office, install
from enroll.passwords import Passwords
from enroll.rekognition.endpoint import blueprint as api
from enroll.rekognition.keys import AccessKeys
from enroll.rules.items import blueprint as rule_item_pages
from enroll.rules.pages import blueprint as rule_pages
from enroll.rules.preview import blueprint as rule_preview_pages
from enroll.second_step import SecondSteps
from enroll.sessions import Sessions
from enroll.sign_in import blueprint as sign_in_pages
from enroll.store import signing_key
from enroll.throttle import Throttle


def create_app(
    *,
    core: Core,
    site: str,
    collection_id: str,
    database: Database,
    web: Database,
    enroller: Enroller,
    audit: Audit,
    passwords: Passwords,
    secure: bool = False,
    names: Collection[str] = LOOPBACK_NAMES,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Return the application.

    *core* is what all programs share; *database* holds the people, *web* the accounts; *secure*
    says that it is served over TLS, so that cookies travel no other way; *names* are those it
    answers to.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=signing_key(web),
        SESSION_COOKIE_NAME="__Host-ostiary" if secure else "ostiary",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=secure,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    install(
        app,
        Office(
            core=core,
            viewer=Viewer(core.live),
            checks=Checks(),
            web=web,
            site=site,
            collection_id=collection_id,
            database=database,
            collections=Collections(database),
            people=People(database),
            faces=Faces(database),
            users=Users(
                database=database,
                galleries=core.galleries,
                calibration=core.embedder.calibration,
                audit=audit,
                clock=clock,
            ),
            enroller=enroller,
            audit=audit,
            accounts=Accounts(web),
            invitations=Invitations(web),
            sessions=Sessions(web),
            throttle=Throttle(web),
            passwords=passwords,
            second_steps=SecondSteps(web),
            keys=AccessKeys(web),
            imports=Imports(),
            visits=Visits(),
            liveness=LivenessSessions.of(core),
            clock=clock,
        ),
    )
    app.context_processor(lambda: {"site": site})
    observe(app, core)
    # The order matters: a stranger is refused before anything that was sent is read.
    hosts.answer_only(app, names)
    auth.guard(app)
    uploads.limit(app)
    csrf.protect(app, signed=api)
    headers.send(app, secure=secure)
    problems.explain(app)
    days.show(app)
    language.speak(app)
    app.add_url_rule("/", "start", _start)
    for blueprint in (
        sign_in_pages,
        people_pages,
        enrolling_pages,
        changing_pages,
        badge_pages,
        rights_pages,
        merging_pages,
        erasing_pages,
        export_pages,
        import_pages,
        account_pages,
        key_pages,
        password_pages,
        second_step_pages,
        kiosk_pages,
        liveness_pages,
        live_pages,
        muster_pages,
        rule_pages,
        rule_item_pages,
        rule_preview_pages,
        event_pages,
        system_pages,
        observing_pages,
        api,
    ):
        app.register_blueprint(blueprint)
    auth.refuse_unmarked(app)
    return app


@allow(*EVERYBODY)
def _start() -> ResponseReturnValue:
    return redirect(url_for("people.list_people"))
