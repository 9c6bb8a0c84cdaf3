"""The rules, made and applied by somebody with a browser; no script is needed for any of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_issues
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PAGES = (
    "/admin/rules",
    "/admin/rules/schedule",
    "/admin/rules/schedule?name=Office",
    "/admin/rules/calendar",
    "/admin/rules/group?name=Staff",
    "/admin/rules/door",
    "/admin/rules/area?name=House",
    "/admin/rules/site",
    "/admin/rules/preview",
    "/admin/rules/why?person=Ada&at=2026-06-01T12:00",
    "/admin/rules/history",
    "/admin/rules/history/1",
    "/admin/muster",
)


def make_rules(page: Page, site: Site) -> None:
    """Make a schedule, an area and a group that passes during the one into the other."""
    page.goto(f"{site.address}/admin/rules")
    page.get_by_role("link", name="Add a schedule").click()
    page.get_by_label("Name").fill("Office")
    hours = page.get_by_role("group", name="Hours 1")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        hours.get_by_label(day).check(force=True)
    hours.get_by_label("From").fill("07:00")
    hours.get_by_label("to", exact=True).fill("19:00")
    page.get_by_role("button", name="Put into the draft").click()
    page.get_by_role("link", name="Add an area").click()
    page.get_by_label("Name").fill("House")
    page.get_by_role("button", name="Put into the draft").click()
    page.get_by_role("link", name="Add a group").click()
    page.get_by_label("Name").fill("Staff")
    page.get_by_role("group", name="Permission 1").get_by_label("During").select_option("Office")
    page.get_by_label("every door, also those to come").check()
    page.get_by_role("button", name="Put into the draft").click()


def test_rules_are_made_previewed_and_applied(page: Page, site: Site) -> None:
    """Step by step, as a facility manager does who has never seen the page."""
    site.make_owner(page)
    make_rules(page, site)
    expect(page.get_by_text("This is your draft; it does not hold yet.")).to_be_visible()

    page.get_by_role("link", name="Preview and apply").click()
    expect(page.get_by_role("row", name="Staff door 0 0 h 60 h +60 h –")).to_be_visible()
    page.get_by_label("Why").fill("the first rules")
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_text("Version 1 of the rules holds")).to_be_visible()
    expect(page.get_by_text("This is your draft")).to_have_count(0)
    row = page.get_by_role("row", name="Office")
    expect(row.get_by_text("Mon–Fri 07:00–19:00")).to_be_visible()


def test_no_page_of_rules_is_closed_to_anybody(page: Page, site: Site) -> None:
    """Neither to a screen reader nor on a telephone: nothing grave, and nothing to scroll sideways."""
    site.make_owner(page)
    make_rules(page, site)
    page.goto(f"{site.address}/admin/rules/preview")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Add a calendar").click()
    page.get_by_label("Name").first.fill("Holidays")
    page.get_by_role("button", name="Put into the draft").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in PAGES:
            page.goto(site.address + path)
            assert grave_issues(page) == [], (path, scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in PAGES:
        page.goto(site.address + path)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, path


def test_the_list_of_who_is_inside_is_printed(page: Page, site: Site) -> None:
    """Without the bar and the buttons, for the yard."""
    site.make_owner(page)
    page.goto(f"{site.address}/admin/muster")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("heading", name="Who is inside")).to_be_visible()
