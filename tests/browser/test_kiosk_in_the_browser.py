"""What the kiosk's page does, and does not do, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.accessibility import grave_issues
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WATCH_CAMERA = """
    window.cameraAskedFor = 0;
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => {
        window.cameraAskedFor += 1;
        return ask(wanted);
    };
"""


@pytest.fixture
def kiosk(site: Site, page: Page) -> Page:
    """Open the kiosk in a browser that counts how often the camera is asked for."""
    page.add_init_script(WATCH_CAMERA)
    site.make_owner(page)
    site.open_kiosk(page)
    return page


def sent_by(page: Page) -> list[str]:
    """Note the addresses of all requests from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    return sent


def pictures_in(sent: list[str]) -> list[str]:
    """Return the requests among *sent* that carry pictures."""
    return [url for url in sent if url.endswith(("/frame", "/badge"))]


def test_no_picture_before_consent(kiosk: Page) -> None:
    """Before the agreement the camera is not even asked for; after it pictures are sent."""
    sent = sent_by(kiosk)
    kiosk.locator("#start").click()
    kiosk.locator("#agree").wait_for()
    kiosk.wait_for_timeout(1500)
    assert pictures_in(sent) == []
    assert kiosk.evaluate("cameraAskedFor") == 0
    kiosk.locator("#agree").click()
    kiosk.locator("#name").fill("Ada Example")
    assert kiosk.evaluate("cameraAskedFor") == 0
    with kiosk.expect_request("**/kiosk/frame"):
        kiosk.locator("#name").press("Enter")
    assert kiosk.evaluate("cameraAskedFor") == 1


def test_declining(kiosk: Page) -> None:
    """Whoever declines is enrolled by badge; the camera is never asked for."""
    sent = sent_by(kiosk)
    kiosk.locator("#start").click()
    kiosk.locator("#decline").click()
    kiosk.locator("#name").fill("Ada Example")
    kiosk.locator("#name").press("Enter")
    expect(kiosk.locator("#badge")).to_be_focused()
    expect(kiosk.locator("#scan")).to_be_hidden()
    kiosk.locator("#badge").fill("E-1")
    kiosk.locator("#badge").press("Enter")
    expect(kiosk.get_by_role("heading", name="You are stored")).to_be_visible()
    assert pictures_in(sent) == []
    assert kiosk.evaluate("cameraAskedFor") == 0


def test_walking_away(site: Site, page: Page) -> None:
    """An abandoned screen asks whether anybody is there, then forgets everything."""
    site.make_owner(page)
    page.clock.install()
    site.open_kiosk(page)
    page.locator("#start").click()
    page.locator("#agree").click()
    page.locator("#name").fill("Ada Example")
    page.clock.run_for(47_000)
    expect(page.locator("#still-there")).to_be_visible()
    assert grave_issues(page) == []
    page.keyboard.press("Enter")  # the question's button has the focus
    expect(page.locator("#still-there")).to_be_hidden()
    expect(page.locator("#name")).to_have_value("Ada Example")
    with page.expect_request("**/kiosk/leave"):
        page.clock.run_for(62_000)
    expect(page.locator("#start")).to_be_visible()
    assert page.locator("#name").input_value() == ""


def test_the_last_screen_clears_itself(site: Site, page: Page) -> None:
    """Nobody has to press anything for the next one to find a clean screen."""
    site.make_owner(page)
    page.clock.install()
    site.open_kiosk(page)
    page.locator("#start").click()
    page.locator("#decline").click()
    page.locator("#name").fill("Ada Example")
    page.locator("#name").press("Enter")
    page.locator("#badge").fill("E-1")
    page.locator("#badge").press("Enter")
    expect(page.locator("#finish")).to_be_focused()
    page.clock.run_for(17_000)
    expect(page.locator("#start")).to_be_visible()
    assert "Ada" not in page.content()


def test_without_a_camera(kiosk: Page) -> None:
    """Where the camera fails, a sentence says what to do."""
    kiosk.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('none', 'NotFoundError')); }"
    )
    kiosk.locator("#start").click()
    kiosk.locator("#agree").click()
    kiosk.locator("#name").fill("Ada Example")
    kiosk.locator("#name").press("Enter")
    expect(kiosk.get_by_role("alert")).to_have_text(
        "The camera cannot be used. Please ask at the desk."
    )


def screens(page: Page) -> Iterator[str]:
    """Go through every screen of the kiosk."""
    yield "welcome"
    page.locator("#start").click()
    yield "consent"
    page.locator("#agree").click()
    page.locator("#name-form .big").click()
    yield "name, empty"
    page.locator("#name").fill("Ada Example")
    page.locator("#name").press("Enter")
    page.locator("#ring:not([stroke-dasharray^='0'])").wait_for()
    yield "camera"
    page.locator("#badge").wait_for(timeout=90_000)
    yield "badge"
    page.locator("#scan").click()
    yield "scanning"
    page.locator("#stop-scan").click()
    page.locator("#badge").fill("E-1")
    page.locator("#badge").press("Enter")
    page.locator("#finish").wait_for()
    yield "done"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible(kiosk: Page, scheme: str) -> None:
    """axe-core finds nothing serious on any screen of the kiosk."""
    kiosk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {name: grave_issues(kiosk) for name in screens(kiosk)}
    assert {name: issues for name, issues in found.items() if issues} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(site: Site, page: Page, scheme: str) -> None:
    """axe-core finds nothing serious on any page that a link of the pages leads to."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{site.address}/sign-in")
    found = {"/sign-in": grave_issues(page)}
    page.goto(site.set_up)
    found["/set-up"] = grave_issues(page)
    site.make_owner(page)
    waiting, seen = ["/admin/people", "/kiosk"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            page.goto(f"{site.address}{path}", wait_until="domcontentloaded")
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            continue
        found[path] = grave_issues(page)
        links = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.pathname)")
        waiting.extend(link for link in links if link.startswith("/admin"))
    assert len(found) > 5
    assert {path: issues for path, issues in found.items() if issues} == {}
