// Short messages at the edge of the page, also to who hears it.

import {h} from './dom.js';
import {visible} from './format.js';

const STAY_MS = 8000;
const AT_MOST = 5;
const TEXT_MAX = 600;

/** @type {{[role: string]: HTMLElement}} */
const places = {};

/**
 * Where notices of that role come; made before the first, or readers would not hear that one.
 * @param {'status' | 'alert'} role
 */
function placeOf(role) {
    const place = places[role] ??= h('div', {class: `notices notices-${role}`, role,
        'aria-live': role === 'alert' ? 'assertive' : 'polite', 'aria-atomic': 'false'});
    // Nothing outside an open dialog can be seen behind it or used.
    const open = [...document.querySelectorAll('dialog[open]')].pop();
    const home = open ?? document.body;

    if (place.parentNode !== home)
        home.append(place);
    return place;
}

/** Gives the notices their place on the page. */
export function startNotices() {
    placeOf('status');
    placeOf('alert');
}

/**
 * @param {'status' | 'alert'} role
 * @param {string} text
 */
function show(role, text) {
    const place = placeOf(role);
    /** @type {HTMLElement} */
    const notice = h('div', {class: 'notice'},
        h('span', {'aria-hidden': 'true', class: 'notice-sign'}, role === 'alert' ? '✕' : '✓'),
        h('bdi', {dir: 'auto', class: 'notice-text'}, visible(text, TEXT_MAX)),
        h('button', {
            type: 'button', class: 'quiet', 'aria-label': 'Close the message',
            on: {click: () => notice.remove()},
        }, '×'));

    place.append(notice);
    while (place.children.length > AT_MOST)
        place.firstElementChild?.remove();
    return notice;
}

/**
 * Something was done.
 * @param {string} text
 */
export function notify(text) {
    const notice = show('status', text);

    setTimeout(() => notice.remove(), STAY_MS);
}

/**
 * Something failed; it stays until it is closed.
 * @param {unknown} error
 */
export function notifyFailure(error) {
    if (error instanceof DOMException && error.name === 'AbortError')
        return;
    show('alert', error instanceof Error ? error.message : String(error));
}
