// Draws a part anew only when what it shows has changed, and leaves the focus where it was.
import {replace} from './dom.js';

/**
 * What tells an element from its neighbours, also in the part that takes its place.
 * @param {Element} element
 */
const nameOfElement = (element) =>
    `${element.tagName} ${element.getAttribute('aria-label') ?? element.getAttribute('name') ?? element.textContent}`;

/**
 * @param {HTMLElement} place
 * @returns {(facts: unknown, make: () => Node | null | (Node | null)[]) => void} `facts`: all that `make`
 *   goes by, as JSON would have it; the first call always draws
 */
export function redrawer(place) {
    /** @type {string|undefined} */
    let drawn;

    return (facts, make) => {
        const text = JSON.stringify(facts) ?? '';

        if (text === drawn)
            return;

        const active = document.activeElement;
        const name = active !== null && place.contains(active) ? nameOfElement(active) : null;

        drawn = text;
        replace(place, make());
        if (name !== null) {
            const again = [...place.querySelectorAll('button, a, input, select, [tabindex]')].find(
                (it) => nameOfElement(it) === name,
            );

            /** @type {HTMLElement|undefined} */ (again)?.focus();
        }
    };
}
