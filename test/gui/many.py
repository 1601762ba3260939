"""The page of a fleet of 100,000 devices: how long until it can be used, scrolling, sorting, filtering.
Times are printed, and judged by who reads them: they are this machine's, and of a daemon with sanitizers."""

import time

from selenium.webdriver.common.keys import Keys

import sandbox
from browser import Browser, Failure
from page import REFUSED, Page
from sandbox import say, step

FRAMES = """
    const box = arguments[0], to = arguments[1], steps = arguments[2];
    const times = [];
    let last = performance.now();
    for (let i = 1; i <= steps; i++) {
        box.scrollTop = to * i / steps;
        await new Promise(next => requestAnimationFrame(next));
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    return times;
"""
SCROLLER = """
    return [...document.querySelectorAll('.page *')].filter(e => e.scrollHeight > e.clientHeight + 1000
        && getComputedStyle(e).overflowY !== 'visible')[0] ?? document.scrollingElement;
"""


def rows(browser):
    return browser.run("""
        return [...document.querySelectorAll('.page [role=row], .page tbody tr')]
            .filter(e => e.querySelector('[role=gridcell], [role=cell], td')).map(e => e.innerText);""")


def usable(browser, page):
    """From the press of the button to the first row of the table."""
    page.visit()
    page.wait_log_in()
    began = time.monotonic()
    page.log_in("anna")
    browser.wait("rows of the fleet", lambda: len(rows(browser)) > 5, 60)
    say(f"log-in to the first rows: {time.monotonic() - began:.2f} s, of which the password takes "
        f"{password_s(browser):.2f} s")
    browser.check_quiet(REFUSED)
    began = time.monotonic()
    page.visit("#/fleet")
    browser.wait("rows of the fleet", lambda: len(rows(browser)) > 5, 60)
    say(f"logged in, from the address to the first rows: {time.monotonic() - began:.2f} s")


def password_s(browser):
    return browser.run("""
        return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/api/v1/session'))
            .map(e => e.duration).reduce((a, b) => Math.max(a, b), 0) / 1000;""")


def scrolls(browser):
    box = browser.run(SCROLLER)
    height = browser.run("return arguments[0].scrollHeight", box)
    say(f"the table is {height:,} pixels high, {len(rows(browser))} rows of it are in the document")
    if height < 100000 * 10:
        raise Failure("the table is not so high as its rows")
    times = sorted(browser.run_async(FRAMES, box, min(height, 40000), 120))
    say(f"a frame while it scrolls: median {times[len(times) // 2]:.0f} ms, longest {times[-1]:.0f} ms")
    browser.run("arguments[0].scrollTop = arguments[0].scrollHeight", box)
    began = time.monotonic()
    last = f"{0x84f300000000 + 99999:012x}"
    browser.wait("the last device at the end of the table", lambda: any(last in row for row in rows(browser)), 60)
    say(f"from the first to the last row: {time.monotonic() - began:.2f} s")
    if len(rows(browser)) > 500:
        raise Failure(f"{len(rows(browser))} rows are in the document")
    browser.check_quiet()


def filters(browser):
    [field] = browser.all(".page input[type=search]")
    field.send_keys("rssi<-85 heap<20100" + Keys.ENTER)
    began = time.monotonic()
    browser.wait("the rows that meet the filter", lambda: matching(browser), 60)
    say(f"filtered: {time.monotonic() - began:.2f} s")
    browser.settled()
    browser.check_quiet()


def matching(browser):
    seen = rows(browser)
    count = sandbox.api("/devices/count?filter=rssi%3C-85%20heap%3C20100")["count"]
    return 0 < len(seen) <= count and f"Devices {count}\n" in browser.text(".page").replace(",", "")


def main():
    with Browser() as browser:
        page = Page(browser)
        step("usable")
        usable(browser, page)
        step("scrolled to its end")
        scrolls(browser)
        step("filtered")
        filters(browser)
        page.check_no_failure("the fleet")
        page.check_layout("the fleet")


main()
