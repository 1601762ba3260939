"""Chromium with a clean profile, and what it complained of."""

import json
import os
import re
import time

from selenium import webdriver
from selenium.common.exceptions import (
    NoSuchElementException, StaleElementReferenceException, TimeoutException, WebDriverException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PATIENCE_S = 20

# Before any script of the page: what it asks for, how many answers are not there yet, and what its policy
# has forbidden.
WATCH = """
window.watched = {open: 0, asked: [], violations: []};
addEventListener('securitypolicyviolation', e => watched.violations.push(
    e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
const fetchOfThePage = window.fetch;
window.fetch = async (...what) => {
    const [from, how] = what;
    watched.asked.push((how?.method ?? from.method ?? 'GET') + ' '
        + new URL(from.url ?? from, location.href).pathname);
    watched.open++;
    try { return await fetchOfThePage(...what); } finally { watched.open--; }
};
for (const name of ['json', 'text']) {
    const read = Response.prototype[name];
    Response.prototype[name] = async function () {
        watched.open++;
        try { return await read.call(this); } finally { watched.open--; }
    };
}
const openOfThePage = XMLHttpRequest.prototype.open;
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    watched.asked.push(method + ' ' + new URL(url, location.href).pathname);
    return openOfThePage.call(this, method, url, ...rest);
};
"""


class Failure(Exception):
    """What was expected, and what was there instead."""


class Browser:
    def __init__(self, width=1280, height=900):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        self.profile = os.path.join(os.environ["GUI_HOME"], f"profile-{time.monotonic_ns()}")
        for argument in ("--headless=new", "--ignore-certificate-errors", "--no-sandbox", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", "--disable-sync",
                         "--disable-gpu", "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
                         f"--user-data-dir={self.profile}", f"--window-size={width},{height}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE_S)
        self.driver.set_script_timeout(PATIENCE_S)
        self.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.size(width, height)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.picture(os.path.join(os.environ["GUI_HOME"], "failed.png"))
        self.driver.quit()

    def command(self, name, **arguments):
        """One of the DevTools protocol's."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def size(self, width, height, scale=1):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=scale, mobile=width < 600)

    def colours(self, scheme):
        """light or dark, as the reader's system says."""
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme},
                               {"name": "prefers-reduced-motion", "value": "reduce"}])

    def picture(self, path):
        try:
            self.driver.save_screenshot(path)
        except WebDriverException as e:
            print(f"no picture: {e.msg}")

    # --- what is there

    def run(self, script, *arguments):
        """The value of a function's body in the page."""
        return self.driver.execute_script(script, *arguments)

    def run_async(self, script, *arguments):
        """The same of one that awaits."""
        value = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "(async (...arguments) => {" + script + "})(...arguments)"
            ".then(value => done({value}), error => done({error: String(error)}));", *arguments)
        if "error" in value:
            raise Failure(value["error"])
        return value.get("value")

    def all(self, selector):
        """Those that can be seen."""
        return [one for one in self.driver.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]

    def text(self, selector="body"):
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')",
                        selector)

    def wait(self, what, condition, seconds=PATIENCE_S):
        """Until the condition is true; returns its value."""
        until = time.monotonic() + seconds
        while True:
            try:
                value = condition()
                if value:
                    return value
            except (NoSuchElementException, StaleElementReferenceException, TimeoutException):
                pass
            if time.monotonic() > until:
                raise Failure(f"{what}: not within {seconds} s; the page says: {self.text()[:1500]!r}")
            time.sleep(0.02)

    def wait_for(self, selector, seconds=PATIENCE_S):
        return self.wait(selector, lambda: self.all(selector), seconds)[0]

    def wait_text(self, text, selector="body", seconds=PATIENCE_S):
        self.wait(f"'{text}' in {selector}", lambda: text in self.text(selector), seconds)

    def settled(self):
        """All that was asked for has come, and what came is drawn."""
        def is_quiet():
            return self.run_async("""
                for (let frames = 0; frames < 3; frames++) {
                    if (!window.watched || document.readyState !== 'complete' || watched.open) return false;
                    await new Promise(next => requestAnimationFrame(() => setTimeout(next, 10)));
                }
                return watched.open === 0;""")
        self.wait("an end of requests", is_quiet)

    # --- complaints

    def console(self):
        """What it said since the last call."""
        return [f"{entry['level']} {entry['message']}" for entry in self.driver.get_log("browser")]

    def check_quiet(self, *allowed):
        """Nothing was said but what matches; nothing was forbidden by the page's policy."""
        said = [line for line in self.console() if not any(re.search(rule, line) for rule in allowed)]
        said += [f"policy: {text}" for text in self.run("return window.watched ? watched.violations.splice(0) : []")]
        if said:
            raise Failure("the browser complains: " + json.dumps(said, indent=1))

    def requests(self):
        """METHOD /path of all that the page asked for since the last call."""
        return self.run("return watched.asked.splice(0)")
