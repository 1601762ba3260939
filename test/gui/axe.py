"""Whether everybody can use what is shown: axe-core's rules for WCAG 2.2, levels A and AA."""

import glob
import os

from browser import Failure

GRAVE = ("serious", "critical")


def source():
    """axe-core, or None if it could not be fetched."""
    found = sorted(glob.glob(os.path.join(os.environ["GUI_ROOT"], "build", "axe", "axe-*.js")))
    if not found:
        return None
    with open(found[-1], encoding="utf-8") as f:
        return f.read()


def findings(browser, script):
    """A line for each serious rule that is broken, with the first elements that break it."""
    if not browser.run("return Boolean(window.axe)"):
        browser.run(script)
    broken = browser.run_async("""
        const result = await axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag',
            values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}});
        return result.violations.map(rule => ({id: rule.id, impact: rule.impact, help: rule.help,
            where: rule.nodes.map(node => node.target.join(' ') + ' ' + node.html.slice(0, 160) + ' '
                + (node.any[0] ? node.any[0].message : ''))}));""")
    return [f"{rule['impact']} {rule['id']}: {rule['help']}: {'; '.join(rule['where'][:3])}"
            for rule in broken if rule["impact"] in GRAVE]


def check(browser, script, where):
    if script is None:
        return
    found = findings(browser, script)
    if found:
        raise Failure(f"{where}: axe-core finds\n  " + "\n  ".join(found))
