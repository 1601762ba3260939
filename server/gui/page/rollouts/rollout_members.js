// The devices of a rollout: who failed and why first, then all.

import {getPage} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {createTable} from '../ui/table.js';
import {groupFailures} from './rollout_progress.js';
import {count} from './rollout_words.js';

/** @typedef {import('./rollout_types.js').Member} Member */
/** @typedef {import('./rollout_types.js').RolloutDetail} RolloutDetail */

const MACS_MAX = 10;

/** @type {{[stage in import('./rollout_types.js').Stage]: import('../ui/badge.js').BadgeKind}} */
const KINDS = {waiting: 'off', downloading: 'busy', installing: 'busy', updated: 'good', failed: 'bad', 'left out': 'warn'};

/** @param {string} mac */
const link = (mac) => h('a', {href: `#/devices/${mac}`, dataset: {focus: `device ${mac}`}}, mac);

/**
 * @param {readonly Member[]} members
 * @returns {HTMLElement | null} null: none failed
 */
export function showFailures(members) {
    const groups = groupFailures(members);

    if (groups.length === 0)
        return null;
    return h('section', {class: 'card', 'aria-label': 'Who failed'}, h('h2', null, 'Who failed, and why'),
        h('ul', {class: 'failures'}, groups.map(({stage, reason, macs}) => h('li', null,
            badge(stage === 'failed' ? 'bad' : 'warn', `${count(macs.length)} ${stage}`), ' ', nameOf(reason, 300), ': ',
            macs.slice(0, MACS_MAX).map((mac, i) => [i > 0 ? ', ' : null, link(mac)]),
            macs.length > MACS_MAX ? ` and ${(macs.length - MACS_MAX).toLocaleString('en')} more` : null))));
}

/**
 * The table of devices; of many the daemon names the first thousand, and all of them if asked.
 * @param {string} name of the rollout
 * @param {(hash: string) => void} go
 */
export function createMembers(name, go) {
    const table = createTable({
        label: 'Devices of the rollout',
        columns: [
            {key: 'mac', title: 'Device', width: 'minmax(8.5rem, 1fr)', cell: (/** @type {Member} */ row) => link(row.mac)},
            {key: 'phase', title: 'Phase', width: '4rem', cell: (/** @type {Member} */ row) => row.phase},
            {key: 'stage', title: 'Stage', width: '9rem', cell: (/** @type {Member} */ row) => badge(KINDS[row.stage], row.stage)},
            {key: 'reason', title: 'Why', width: 'minmax(6rem, 4fr)', cell: (/** @type {Member} */ row) => row.reason ? nameOf(row.reason, 200) : ''},
            {key: 'site', wideOnly: true, title: 'Site', cell: (/** @type {Member} */ row) => row.site ? nameOf(row.site) : ''},
            {key: 'began', wideOnly: true, title: 'Began', cell: (/** @type {Member} */ row) => row.began_at_ms ? ageOf(row.began_at_ms) : ''},
            {key: 'ended', wideOnly: true, title: 'Ended', cell: (/** @type {Member} */ row) => row.ended_at_ms ? ageOf(row.ended_at_ms) : ''},
        ],
        keyOf: (/** @type {Member} */ row) => row.mac,
        onOpen: (/** @type {Member} */ row) => go(`#/devices/${row.mac}`),
    });
    const more = h('p', null);

    const readAll = async () => {
        /** @type {Member[]} */
        let rows = [];
        /** @type {string | null} */
        let path = `/rollouts/${encodeURIComponent(name)}/devices?limit=1000`;

        while (path !== null) {
            /** @type {{rows: Member[], next: string | null}} */
            const page = await getPage(path);

            rows = rows.concat(page.rows);
            path = page.next;
        }
        table.setRows(rows, rows.length);
        replace(more, `All ${rows.length.toLocaleString('en')}, as of now.`);
    };
    /** @type {HTMLButtonElement} */
    const button = h('button', {type: 'button', on: {click: () => attempt(button, readAll)}}, 'Show all');

    return {
        element: h('section', {class: 'card', 'aria-label': 'Devices'}, h('h2', null, 'Devices'), more, table.element),
        /** @param {RolloutDetail} rollout */
        show: (rollout) => {
            const left = rollout.devices.total - rollout.members.length;

            table.setRows(rollout.members, rollout.members.length);
            if (left > 0)
                replace(more, `The first ${count(rollout.members.length)}: those that failed or are at work come first. `, button);
            else
                replace(more);
        },
    };
}
