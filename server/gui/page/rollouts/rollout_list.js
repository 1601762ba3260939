// All rollouts, the newest first.

import {h} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {progressBar} from './rollout_bar.js';
import {partsOf} from './rollout_progress.js';
import {rolloutBadge, waitingPart} from './rollout_state.js';
import {whatItBrings} from './rollout_words.js';

/** @typedef {import('./rollout_types.js').Rollout} Rollout */

/** @param {Rollout} rollout */
function row(rollout) {
    return h('tr', null,
        h('th', {scope: 'row'}, h('a', {
            href: `#/rollouts/${encodeURIComponent(rollout.name)}`, dataset: {focus: `rollout ${rollout.name}`},
        }, nameOf(rollout.name))),
        h('td', null, nameOf(whatItBrings(rollout))),
        h('td', null, rolloutBadge(rollout), ' ', waitingPart(rollout)),
        h('td', null, `${rollout.phase} of ${rollout.phases}`),
        h('td', {class: 'wide'}, progressBar(partsOf(rollout.devices), rollout.name)),
        h('td', null, ageOf(rollout.created_at_ms)));
}

/**
 * @param {Rollout[]} rollouts
 * @returns {HTMLElement}
 */
export function showRollouts(rollouts) {
    if (rollouts.length === 0) {
        return h('p', {class: 'empty'}, 'There are no rollouts. One brings an image or settings to many devices in phases, and ' +
            'pauses by itself if devices fail.');
    }
    return h('div', {class: 'scrolls', tabindex: 0, role: 'group', 'aria-label': 'Rollouts'}, h('table', {class: 'plain'},
        h('thead', null, h('tr', null, ['Rollout', 'Brings', 'State', 'Phase', 'Devices', 'Created'].map((title) =>
            h('th', {scope: 'col'}, title)))),
        h('tbody', null, rollouts.map(row))));
}
