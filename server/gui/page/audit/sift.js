// Of whom, of what and since when the audit log is shown.

import {h} from '../ui/dom.js';

/** @typedef {import('./audit_reader.js').Wish} Wish */

const SINCE = [['', 'ever'], ['3600000', '1 hour'], ['86400000', '1 day'], ['604800000', '1 week'],
    ['2592000000', '30 days']];

/**
 * What was typed as the daemon reads it.
 * @param {{who: string, object: string, since: string}} typed since: milliseconds, or ""
 * @param {number} nowMs
 * @returns {Wish}
 */
export function wishOf({who, object, since}, nowMs) {
    return {who: who.trim(), object: object.trim(),
        since_ms: since === '' ? null : nowMs - Number(since)};
}

/**
 * @param {URLSearchParams} query who, object and since, of the page's address
 * @param {(wish: Wish, query: {[name: string]: string}) => void} onWish
 */
export function createSift(query, onWish) {
    const send = () => {
        const typed = read();

        onWish(wishOf(typed, Date.now()),
            Object.fromEntries(Object.entries(typed).filter(([, text]) => text.trim() !== '')));
    };
    /** @param {string} name @param {string} text */
    const input = (name, text) => h('label', {class: 'field-inline'}, `${text} `,
        h('input', {type: 'search', name, value: query.get(name) ?? '', spellcheck: 'false',
            autocomplete: 'off', on: {change: send}}));
    const who = input('who', 'Who');
    const object = input('object', 'Of');
    const since = h('select', {name: 'since', on: {change: send}}, SINCE.map(([value, text]) =>
        h('option', {value, selected: value === (query.get('since') ?? '')}, text)));
    const read = () => ({
        who: who.querySelector('input')?.value ?? '',
        object: object.querySelector('input')?.value ?? '',
        since: since.value,
    });

    return {
        element: h('form', {class: 'form-line', role: 'search', on: {
            submit: (/** @type {Event} */ event) => {
                event.preventDefault();
                send();
            },
        }}, who, object, h('label', {class: 'field-inline'}, 'Since ', since),
        h('button', {type: 'submit'}, 'Show'),
        h('p', {class: 'field-hint'}, 'Who: a user, a token, "uid 1000", an address, or "daemon". ' +
            'Of: a MAC, serial or name, or a kind, as rollout.')),
        wish: () => wishOf(read(), Date.now()),
    };
}
