// A state: a sign and a word, so that colour is never the only one.

import {h} from './dom.js';

/** @typedef {'good' | 'bad' | 'warn' | 'busy' | 'off'} BadgeKind */

/** @type {{[kind in BadgeKind]: string}} */
const SIGNS = {good: '✓', bad: '✕', warn: '!', busy: '⟳', off: '○'};

/**
 * @param {BadgeKind} kind
 * @param {string} text
 * @param {string} [title]
 * @returns {HTMLElement}
 */
export function badge(kind, text, title) {
    return h('span', {class: `badge badge-${kind}`, title},
        h('span', {class: 'badge-sign', 'aria-hidden': 'true'}, SIGNS[kind]), text);
}
