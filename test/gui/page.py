"""What a reader does with the page: logs in, goes from page to page, presses buttons."""

from selenium.webdriver.common.by import By

import sandbox
from browser import Failure

# A refusal to a wrong password or an ended session is in the browser's own log, whatever the page does.
REFUSED = r"/api/v1/session - Failed to load resource: the server responded with a status of 401"
ENDED = r"Failed to load resource: the server responded with a status of 401"
# So is a daemon that is away.
AWAY = (r"net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|"
        r"CONNECTION_CLOSED|NETWORK_CHANGED|SOCKET_NOT_CONNECTED|SSL_PROTOCOL_ERROR)")


class Page:
    def __init__(self, browser):
        self.browser = browser

    def visit(self, hash_=""):
        """The page from the beginning, as if its address had been typed."""
        self.browser.driver.get("about:blank")
        self.browser.driver.get(sandbox.URL + "/" + hash_)

    # --- log-in

    def wait_log_in(self, seconds=20):
        return self.browser.wait_for("input[type=password]", seconds)

    def try_password(self, name, password):
        self.wait_log_in()
        [field] = self.browser.all("input[autocomplete=username]")
        field.clear()
        field.send_keys(name)
        [field] = self.browser.all("input[type=password]")
        field.clear()
        field.send_keys(password)
        self.browser.wait_for("form button[type=submit]").click()

    def log_in(self, name):
        self.try_password(name, sandbox.password_of(name))
        self.browser.wait_for("header nav")
        self.browser.settled()

    def log_out(self):
        self.browser.settled()
        [button] = [one for one in self.browser.all("header button") if one.text == "Log out"]
        button.click()
        self.wait_log_in()

    # --- from page to page

    def entries(self):
        """All pages: name, title, nav, role."""
        return self.browser.run_async("""
            const {pages} = await import('/gui/app/pages.js');
            return pages.map(({name, title, nav, role}) => ({name, title, nav, role}));""")

    def hashes(self, role, details):
        """Where a reader of that role may go; details: {name of a page that shows one thing: that}."""
        ranks = ["viewer", "operator", "administrator"]
        found = []
        for entry in self.entries():
            if ranks.index(entry["role"]) > ranks.index(role):
                continue
            if entry["nav"] or entry["name"] not in details:
                found.append("#/" + entry["name"])
            if entry["name"] in details:
                found.append(f"#/{entry['name']}/{details[entry['name']]}")
        return found

    def go(self, hash_):
        self.browser.run("location.hash = arguments[0]", hash_)
        self.browser.wait(f"{hash_} has begun", lambda: self.browser.run(
            "return document.querySelector('main h1')?.textContent && document.querySelector('.page')"))
        self.browser.settled()

    def check_no_failure(self, where):
        # a page that could not be opened, and what was said to have failed
        said = self.browser.text(".page-failure, .notices-alert .notice").strip()
        if said:
            raise Failure(f"{where} says: {said}")

    def check_layout(self, where):
        """Nothing sticks out to the right, so that the page as a whole need not be moved sideways."""
        wide = self.browser.run("""
            const page = document.documentElement, far = page.clientWidth + 1;
            if (page.scrollWidth <= far) return null;
            const out = [...document.querySelectorAll('body *')].filter(e =>
                e.getBoundingClientRect().right > far);
            return `${page.scrollWidth} of ${page.clientWidth}: ` + out.slice(0, 4).map(e =>
                `${e.tagName}.${e.className} ${(e.textContent ?? '').slice(0, 40)}`).join(', ');""")
        if wide:
            raise Failure(f"{where} is too wide: {wide}")

    # --- what can be pressed

    def buttons(self):
        """Of the page itself, not of the frame around it: what each is called."""
        return self.browser.run("""
            return [...document.querySelectorAll('.page button, .page input[type=file], .page [role=button],'
                + '.page [role=menuitem]')].filter(e => e.checkVisibility() && !e.disabled)
                .map(e => (e.getAttribute('aria-label') || e.innerText || e.title || e.type || '').trim());""")

    def press_all(self):
        """Presses each button of the page, one after the other; leaves dialogs by Escape. What opens is
        taken away again: {button: title of the dialog}."""
        opened = {}
        for n, name in enumerate(self.buttons()):
            self.browser.run("""
                const all = [...document.querySelectorAll('.page button, .page [role=button],'
                    + '.page [role=menuitem]')].filter(e => e.checkVisibility() && !e.disabled);
                all[arguments[0]]?.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));""", n)
            self.browser.settled()
            for dialog in self.browser.all("dialog[open]"):
                opened[name] = dialog.find_element(By.CSS_SELECTOR, "h1, h2").text
                self.browser.run("arguments[0].close()", dialog)
        return opened
