// Short lists and facts as plain tables: what needs no virtual scrolling.
import {h} from './dom.js';

/** @typedef {Node | string | number | null | undefined} Cell */

/**
 * A table of a few rows. With none it says so.
 * @param {string} label what it is, for who does not see it
 * @param {string[]} heads
 * @param {Cell[][]} rows each as long as `heads`
 * @param {string} empty what to say when there are none
 */
export function rowsOf(label, heads, rows, empty) {
    if (rows.length === 0)
        return h('p', {class: 'empty'}, empty);
    return h(
        'div',
        {class: 'rows-frame', role: 'region', 'aria-label': label, tabindex: 0},
        h(
            'table',
            {class: 'rows'},
            h('caption', {class: 'unseen'}, label),
            h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', {scope: 'col'}, head)))),
            h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell))))),
        ),
    );
}

/**
 * Facts by name.
 * @param {[string, ...Cell[]][]} facts
 */
export function factsOf(facts) {
    return h(
        'dl',
        {class: 'facts'},
        ...facts.flatMap(([name, ...cells]) => [h('dt', {}, name), h('dd', {}, ...cells)]),
    );
}

/**
 * A part of a page under a heading of its own.
 * @param {string} title
 * @param {...Cell} children
 */
export function section(title, ...children) {
    return h('section', {class: 'part', 'aria-label': title}, h('h2', {}, title), ...children);
}

/**
 * A button.
 * @param {string} text
 * @param {(button: HTMLButtonElement) => void} press
 * @param {{label?: string, class?: string}} [more] `label`: the whole of it, where the text alone does not say
 *   of what
 */
export function button(text, press, more = {}) {
    const made = /** @type {HTMLButtonElement} */ (
        h(
            'button',
            {
                type: 'button',
                ...(more.class !== undefined ? {class: more.class} : {}),
                ...(more.label !== undefined ? {'aria-label': more.label} : {}),
                on: {click: () => press(made)},
            },
            text,
        )
    );

    return made;
}
