"""A picture of each page: light, dark, and as wide as a phone. Also says what is too wide, what has failed and
what axe-core finds, of both colours, and ends with status 1 if that is anything.

usage: shots.py FOLDER [NAME...]     only pages whose name is among those"""

import os
import re
import sys

import axe
import sandbox
from browser import Browser, Failure
from page import REFUSED, Page
from sandbox import say

DETAILS = {"devices": sandbox.mac_of(1), "releases": "ESP8266_VIRTUAL", "rollouts": "second"}
WAYS = {  # width, height, colours
    "light": (1280, 900, "light"),
    "dark": (1280, 900, "dark"),
    "phone": (390, 844, "light"),
}


def whole_page(browser):
    """As high as what is on it, up to four screens."""
    return browser.run("return Math.min(document.documentElement.scrollHeight, 4 * innerHeight)")


def take(browser, page, folder, name, rules):
    wrong = []
    for way, (width, height, colours) in WAYS.items():
        browser.size(width, height)
        browser.colours(colours)
        browser.settled()
        for check in (lambda: page.check_layout(name), lambda: page.check_no_failure(name),
                      lambda: axe.check(browser, rules, name), lambda: browser.check_quiet(REFUSED)):
            try:
                check()
            except Failure as failure:
                wrong.append(f"{way}: {failure}")
        browser.size(width, max(height, whole_page(browser)))
        browser.settled()
        browser.picture(os.path.join(folder, f"{name}-{way}.png"))
    return wrong


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    rules, wrong = axe.source(), []
    with Browser() as browser:
        page = Page(browser)
        page.visit()
        page.wait_log_in()
        wrong += take(browser, page, folder, "log-in", rules)
        page.log_in("anna")
        for hash_ in page.hashes("administrator", DETAILS):
            name = re.sub("[^a-z0-9]+", "-", hash_.removeprefix("#/").lower())
            if names and name not in names:
                continue
            browser.size(*WAYS["light"][:2])
            page.go(hash_)
            wrong += take(browser, page, folder, name, rules)
            say(f"{name}")
    for text in wrong:
        say(text)
    sys.exit(1 if wrong else 0)


main()
