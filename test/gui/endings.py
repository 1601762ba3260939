"""What happens under an open page: its session ends, the daemon starts anew, somebody else changes
something."""

import sandbox
from browser import Browser
from page import AWAY, ENDED, REFUSED, Page
from sandbox import step


def session_ends(browser, page):
    page.visit("#/fleet")
    page.log_in("otto")
    browser.check_quiet(REFUSED)
    sandbox.cli("users", "passwd", "otto", "--password-file", "-", text="otto opens it again\n")
    page.wait_log_in(15)
    browser.check_quiet(ENDED, AWAY)
    page.try_password("otto", "otto opens it again")
    browser.wait_for("header nav")
    browser.settled()
    if not browser.run("return location.hash").startswith("#/fleet"):
        raise AssertionError("after logging in again another page is open")
    page.check_no_failure("the page after it")
    browser.check_quiet(ENDED)


def other_changes(browser, page, name):
    """Somebody gives the device another name at the command line; the open page tells it by itself."""
    mac = sandbox.mac_of(1)
    page.go(f"#/devices/{mac}")
    sandbox.cli("devices", "label", mac, "--name", name)
    browser.wait_text(name)
    page.go("#/fleet")
    browser.wait_text(name)
    sandbox.cli("devices", "label", mac, "--name", name + " again")
    browser.wait_text(name + " again")


def daemon_restarts(browser, page):
    """With what stands in a corner of the page about it."""
    browser.settled()
    browser.check_quiet()
    before = browser.run("window.kept = true; return document.querySelector('.connection').innerText")
    sandbox.part("kill", "daemon")
    browser.wait("a word that it is away", lambda: browser.run(
        "return document.querySelector('.connection').innerText") != before)
    sandbox.part("start", "daemon")
    sandbox.part("wait", "daemon")
    browser.wait("a word that it is back", lambda: browser.run(
        "return document.querySelector('.connection').innerText") == before, 40)
    browser.settled()
    if not browser.run("return window.kept"):
        raise AssertionError("the page was loaded anew")
    browser.check_quiet(AWAY, "status of 503")


def left_often(browser, page):
    """A browser keeps pages that were left, with what they had asked for, and has few connections."""
    for _ in range(8):
        page.visit("#/fleet")
        browser.wait_for("header nav")
        browser.wait_text("live", ".connection")
    browser.settled()
    page.check_no_failure("the page after leaving it")
    browser.check_quiet()


def main():
    with Browser() as browser:
        page = Page(browser)
        step("the session ends under the page")
        session_ends(browser, page)
        step("it is left and opened again")
        left_often(browser, page)
        step("what others change is seen")
        other_changes(browser, page, "first light")
        step("the daemon starts anew under the page")
        daemon_restarts(browser, page)
        other_changes(browser, page, "second light")
        page.check_no_failure("the page after all")


main()
