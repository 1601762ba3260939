// Keys that do something wherever the focus is, except in a field or a dialog.

import {h} from '../ui/dom.js';
import {showDialog} from '../ui/dialog.js';

/** @typedef {{keys: string, text: string, action: () => void}} Key keys: "?" or two in turn, as "g f" */

const IN_TURN_MS = 1500;

/** @type {Key[]} */
const known = [];

/**
 * @param {string} keys
 * @param {string} text what they do, for the help
 * @param {() => void} action
 * @returns {() => void} takes it away
 */
export function addKey(keys, text, action) {
    const key = {keys, text, action};

    known.push(key);
    return () => {
        const i = known.indexOf(key);

        if (i >= 0)
            known.splice(i, 1);
    };
}

/** @param {Event} event */
function isTyping(event) {
    const target = event.target;

    return target instanceof HTMLElement &&
        (target.closest('input, textarea, select, [contenteditable]') !== null);
}

/** Shows what keys there are. */
export function showKeys() {
    const table = [['Tab', 'to the next control; Shift+Tab to the one before'],
        ['Escape', 'closes a dialog without doing anything'],
        ['↑ ↓ Home End', 'in a table: to another row'],
        ['Enter', 'in a table: opens the row'],
        ['Space', 'in a table: selects the row, with Shift all up to it'],
        ['Ctrl+A', 'in a table: selects all rows that are loaded'],
        ...known.map(({keys, text}) => [keys, text])];

    showDialog({title: 'Keys', content: h('dl', {class: 'keys'},
        table.map(([keys, text]) => [h('dt', null, keys.split(' ').map((key) => [h('kbd', null, key),
            ' '])), h('dd', null, text)]))});
}

/** Listens to the keys. */
export function startKeys() {
    let before = '';
    let beforeAt = 0;

    document.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented ||
            isTyping(event) || document.querySelector('dialog[open]') !== null)
            return;
        const pair = event.timeStamp - beforeAt < IN_TURN_MS ? `${before} ${event.key}` : '';
        const found = known.find(({keys}) => keys === pair) ??
            known.find(({keys}) => keys === event.key);

        before = event.key;
        beforeAt = event.timeStamp;
        if (found !== undefined) {
            before = '';
            event.preventDefault();
            found.action();
        }
    });
}
