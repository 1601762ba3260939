"""Names, labels and errors of somebody who means ill, on the pages that show them: nothing runs, nothing is
loaded, nothing but text comes of it, and the page keeps its shape."""

import sandbox
from browser import Browser, Failure
from page import REFUSED, Page
from sandbox import step

# What markup there is on a page that no page of ours makes by itself.
FOREIGN = "script:not([src^='/gui/']), img:not([src^='/']), iframe, object, embed, base, meta[http-equiv], " \
    "marquee, form[action], a[href^='javascript:'], svg [onload], [onerror], [onclick], [onmouseover], style, link[href*='evil']"


def check(browser, page, where):
    browser.settled()
    hit = browser.run("return window.hit ?? null")
    if hit is not None:
        raise Failure(f"{where}: the script of {hit} runs")
    found = browser.run("return [...document.querySelectorAll(arguments[0])].map(e => e.outerHTML.slice(0, 200))",
                        FOREIGN)
    if found:
        raise Failure(f"{where}: markup came of text: {found}")
    raw = browser.run(r"""
        const bad = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
        return [...document.querySelectorAll('body *')].flatMap(e => [...e.childNodes])
            .filter(n => n.nodeType === 3 && bad.test(n.data))
            .map(n => n.parentElement.outerHTML.slice(0, 200));""")
    if raw:
        raise Failure(f"{where}: characters that control something are shown as they are: {raw[:3]}")
    page.check_layout(where)
    page.check_no_failure(where)
    browser.check_quiet()


def rows_are_even(browser):
    """A row of the fleet's table is as high as any other, whatever is in it."""
    heights = browser.run("""
        return [...document.querySelectorAll('.page [role=row], .page tbody tr')]
            .filter(e => e.querySelector('[role=gridcell], [role=cell], td'))
            .map(e => Math.round(e.getBoundingClientRect().height)).filter(n => n > 0);""")
    if len(heights) < 3:
        raise Failure(f"the fleet shows {len(heights)} rows")
    if max(heights) - min(heights) > 1:
        raise Failure(f"rows of the fleet are {min(heights)} to {max(heights)} pixels high")


def main():
    macs = [device["mac"] for device in sandbox.api("/devices")]
    with Browser() as browser:
        page = Page(browser)
        page.visit()
        page.log_in("anna")
        browser.check_quiet(REFUSED)
        for width, height in ((1280, 900), (390, 844)):
            browser.size(width, height)
            step(f"{width} pixels wide")
            page.go("#/fleet")
            browser.wait_text("onerror")  # it is there, as text
            check(browser, page, f"the fleet, {width} wide")
            rows_are_even(browser)
            for mac in macs:
                page.go(f"#/devices/{mac}")
                check(browser, page, f"the device {mac}, {width} wide")
            page.go("#/audit")
            check(browser, page, f"the audit log, {width} wide")


main()
