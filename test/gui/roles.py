"""Logs in as each role and opens every page: nothing goes wrong, nobody is shown what he may not do, and
the daemon refuses it all the same."""

import axe
import sandbox
from browser import Browser, Failure
from other_origin import OtherOrigin
from page import REFUSED, Page
from sandbox import say, step

DETAILS = {"devices": sandbox.mac_of(1), "releases": "ESP8266_VIRTUAL", "rollouts": "second"}
FORBIDDEN = r"Failed to load resource: the server responded with a status of 403"
TROUBLES = (
    "console.error('trouble')",
    "setTimeout(() => { throw new Error('trouble'); })",
    "Promise.reject(new Error('trouble'))",
    "document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
    "document.body.append(Object.assign(document.createElement('img'), {src: 'https://trouble.invalid/'}))",
    "document.body.setAttribute('onclick', 'window.hit = 1')",
)


def complains(browser):
    try:
        browser.check_quiet()
    except Failure:
        return True
    return False


def trouble_is_seen(browser, page):
    """What all the others hang on."""
    browser.check_quiet(REFUSED)
    for trouble in TROUBLES:
        browser.run(trouble)
        browser.wait(f"a complaint about: {trouble}", lambda: complains(browser), 5)
    page.visit()
    browser.wait_for("header nav")


def wrong_password(browser, page, rules):
    page.visit()
    page.wait_log_in()
    browser.check_quiet(REFUSED)
    axe.check(browser, rules, "the log-in")
    page.try_password("anna", "nobody opens the page")
    browser.wait("a word about it", lambda: browser.text("[role=alert]").strip())
    browser.check_quiet(REFUSED)
    if not browser.all("input[type=password]"):
        raise Failure("the log-in is gone")


def every_page(browser, page, name, rules):
    """Opens all that the role may see, by the address of the last alone; returns {hash: its buttons}
    and what is wrong."""
    found, wrong = {}, []
    hashes = page.hashes(sandbox.ROLES[name], DETAILS)
    page.visit(hashes[-1])
    browser.wait_for("header nav")
    for hash_ in reversed(hashes):
        page.go(hash_)
        where = f"{hash_} as {name}"
        for check in (lambda: page.check_no_failure(where), lambda: page.check_layout(where),
                      browser.check_quiet, lambda: axe.check(browser, rules, where)):
            try:
                check()
            except Failure as failure:
                wrong.append(str(failure))
        found[hash_] = page.buttons()
    return found, wrong


def changes_nothing(browser, page, hashes):
    """Of a reader who may not: no button asks for a change, whatever is pressed."""
    for hash_ in hashes:
        page.go(hash_)
        browser.requests()
        page.press_all()
        changing = [asked for asked in browser.requests() if asked.split()[0] not in ("GET", "HEAD")]
        if changing:
            raise Failure(f"{hash_} lets a viewer ask for {changing}")
        browser.check_quiet()
        page.visit(hash_)  # whatever that has opened
        browser.settled()


def post(browser, path):
    """The status with which the daemon answers what this page sends."""
    return browser.run_async("return (await fetch(arguments[0], {method: 'POST'})).status", path)


def forged(browser, page):
    """A viewer's own page may send what it likes."""
    mac = DETAILS["devices"]
    for path in (f"/api/v1/devices/{mac}/hold?on=1", f"/api/v1/devices/{mac}/revoke", "/api/v1/commands",
                 "/api/v1/rollouts", "/api/v1/users", f"/api/v1/devices/{mac}/canary?on=1"):
        status = post(browser, path)
        if status != 403:
            raise Failure(f"POST {path} of a viewer is answered {status}")
    browser.check_quiet(FORBIDDEN)


def foreign(browser, page):
    """What another page of the same machine sends comes with an operator's cookie, and is refused; the same
    is done if the operator's own page sends it."""
    path = f"/api/v1/devices/{DETAILS['devices']}/canary?on=1"
    canary = lambda: sandbox.api(f"/devices/{DETAILS['devices']}")["canary"]
    page.visit()
    browser.wait_for("header nav")
    if post(browser, path.replace("on=1", "on=0")) != 200:
        raise Failure("an operator's own page cannot change anything")
    with OtherOrigin() as url:
        browser.driver.get(url)
        browser.run_async("await fetch(arguments[0], {method: 'POST', mode: 'no-cors', credentials: 'include'})",
                          sandbox.URL + path)
        if canary():
            raise Failure("a foreign page has changed something")
        browser.console()
    page.visit()
    browser.wait_for("header nav")
    if post(browser, path) != 200 or not canary():
        raise Failure("an operator's own page cannot change anything")
    browser.check_quiet()


def main():
    rules = axe.source()
    if rules is None:
        say("no axe-core: scripts/lib/axe says why; the rest is looked at")
    with Browser() as browser:
        page = Page(browser)
        step("a wrong password")
        wrong_password(browser, page, rules)
        buttons, wrong = {}, []
        for name in sandbox.ROLES:
            step(f"every page as {name}")
            page.visit()
            page.log_in(name)
            browser.check_quiet(REFUSED)
            if name == "anna":
                trouble_is_seen(browser, page)
            buttons[name], more = every_page(browser, page, name, rules if name == "anna" else None)
            wrong += more
            say(f"{len(buttons[name])} pages, {sum(map(len, buttons[name].values()))} buttons")
            if name == "otto":
                foreign(browser, page)
            if name == "vera":
                step("a viewer changes nothing")
                changes_nothing(browser, page, buttons[name])
                forged(browser, page)
            page.log_out()
            browser.check_quiet()
        for name, less in (("anna", "otto"), ("otto", "vera")):
            more = [hash_ for hash_ in buttons[less] if set(buttons[name][hash_]) - set(buttons[less][hash_])]
            say(f"{name} has more buttons than {less} on {', '.join(more) or 'no page'}")
        if wrong:
            raise Failure("\n".join(wrong))
        if not more:
            raise Failure("an operator has no more buttons than a viewer, so nothing was tried")


main()
