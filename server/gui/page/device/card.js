// A part of the device's page with a heading; it is built anew only if what it shows is another.

import {h, replace} from '../ui/dom.js';

let made = 0;

/**
 * @param {string} title
 * @param {{class?: string, actions?: HTMLElement[]}} [terms] actions: buttons beside the heading
 * @returns {{
 *     element: HTMLElement,
 *     show: (key: any, build: () => import('../ui/dom.js').Child) => void
 * }} show: nothing is done while the key is the same
 */
export function createCard(title, terms = {}) {
    const id = `device-card-${++made}`;
    const body = h('div', {class: 'device-body'});
    const element = h('section', {class: `card ${terms.class ?? ''}`, 'aria-labelledby': id},
        h('h2', {id}, title), terms.actions && terms.actions.length > 0
            ? h('div', {class: 'bar'}, terms.actions) : null, body);
    let shown = '';

    return {
        element,
        show: (key, build) => {
            const text = JSON.stringify(key) ?? '';

            if (text === shown)
                return;
            shown = text;
            replace(body, build());
        },
    };
}

/**
 * @param {string[]} heads
 * @param {import('../ui/dom.js').Child[][]} rows
 * @param {string} empty said if there are none
 * @returns {HTMLElement}
 */
export function tableOf(heads, rows, empty) {
    if (rows.length === 0)
        return h('p', {class: 'faint'}, empty);
    return h('div', {class: 'scrolls', tabindex: 0, role: 'group', 'aria-label': 'Table'},
        h('table', null, h('thead', null,
            h('tr', null, heads.map((head) => h('th', {scope: 'col'}, head)))),
        h('tbody', null, rows.map((row) => h('tr', null, row.map((cell) => h('td', null, cell)))))));
}
