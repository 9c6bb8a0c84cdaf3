"""What the page of a liveness session does in a real browser, before a man who moves as he likes."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import boto3
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_issues
from tests.browser.site import Site, ostiary

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def client(site: Site) -> Any:
    """Give the program of somebody who asks, with a key made at the machine itself."""
    command = [*ostiary(site.config), "keys", "create", "test", "--allow", "liveness", "--json"]
    made = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return boto3.client(
        "rekognition",
        endpoint_url=site.address,
        region_name="local",
        aws_access_key_id=made["key_id"],
        aws_secret_access_key=made["secret"],
    )


def test_a_man_who_does_not_do_what_he_is_asked(site: Site, page: Page, client: Any) -> None:
    """He is shown to himself and told what to do; in the end the program learns that it was not."""
    session_id = client.create_face_liveness_session()["SessionId"]
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{site.address}/liveness/{session_id}")
    page.wait_for_timeout(1000)
    assert not [url for url in sent if url.endswith(("/begin", "/frame"))]
    found = {"welcome": grave_issues(page)}
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#instruction")).to_be_visible()
    expect(page.get_by_role("heading", name="Not confirmed")).to_be_visible(timeout=70_000)
    found["over"] = grave_issues(page)
    assert {name: issues for name, issues in found.items() if issues} == {}
    assert len([url for url in sent if url.endswith("/frame")]) > 5
    expect(page.locator("#farewell")).to_contain_text("ask for a new link")
    told = client.get_face_liveness_session_results(SessionId=session_id)
    assert (told["Status"], told["Confidence"]) == ("FAILED", 0)
    page.reload()
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()


def test_without_a_camera(site: Site, page: Page, client: Any) -> None:
    """Nothing is used up: the same link works where there is one."""
    session_id = client.create_face_liveness_session()["SessionId"]
    page.goto(f"{site.address}/liveness/{session_id}")
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('none', 'NotFoundError')); }"
    )
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("alert")).to_contain_text("open this link elsewhere")
    told = client.get_face_liveness_session_results(SessionId=session_id)
    assert told["Status"] == "CREATED"
