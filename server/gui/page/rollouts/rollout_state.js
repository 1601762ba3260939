// A rollout's state as a badge, and what it waits for.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {timeOf, visible} from '../ui/format.js';

/** @typedef {import('./rollout_types.js').Rollout} Rollout */

/** @type {{[state in import('./rollout_types.js').State]: import('../ui/badge.js').BadgeKind}} */
const KINDS = {running: 'busy', soaking: 'busy', paused: 'warn', done: 'good', aborted: 'off'};

/** @param {Rollout} rollout */
export function rolloutBadge(rollout) {
    return badge(KINDS[rollout.state], rollout.state);
}

/**
 * Why nothing begins at the moment, or null.
 * @param {Rollout} rollout
 */
export function waitingPart(rollout) {
    if (rollout.state === 'paused')
        return h('span', {class: 'why'}, `Paused: ${rollout.reason ? visible(rollout.reason, 400) : 'by an operator'}`);
    if (rollout.state === 'soaking')
        return h('span', {class: 'why'}, 'Phase ', rollout.phase, ' is watched until ', timeOf(rollout.soaks_until_ms));
    if (rollout.waits_for === 'zone')
        return h('span', {class: 'why'}, 'The time zone of its window cannot be read, so no device begins.');
    if (rollout.waits_for !== null)
        return h('span', {class: 'why'}, rollout.waits_for === 'start' ? 'Begins ' : 'Its window opens ', timeOf(rollout.waits_until_ms));
    return rollout.state === 'running' && rollout.devices.away > 0 && rollout.devices.waiting === rollout.devices.away &&
        rollout.devices.downloading + rollout.devices.installing === 0
        ? h('span', {class: 'why'}, 'It waits for devices that are not connected.') : null;
}
