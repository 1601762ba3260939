// Whom an order is for: chosen devices, or all that meet a filter.

import {get, getPage} from '../api/client.js';
import {meetingOf} from './bulk_plan.js';

const SHOWN = 10;
const MOST_MARKED = 10000;

/**
 * @typedef {{kind: 'chosen', devices: any[]} |
 *     {kind: 'filter', filter: string, total: number}} Target
 */

/**
 * How many devices meet a filter and these words besides.
 * @param {string} filter
 * @param {string} more
 * @returns {Promise<number>}
 */
async function count(filter, more) {
    const {count: n} = await get('/devices/count',
        {filter: [filter, more].filter((text) => text !== '')});

    return n;
}

/**
 * Counted by the daemon, at this moment.
 * @param {Target} target
 * @returns {Promise<import('./bulk_plan.js').Meeting>}
 */
export async function meet(target) {
    if (target.kind === 'chosen')
        return meetingOf(target.devices, SHOWN);
    const {filter} = target;
    const [total, online, revoked, held, page] = await Promise.all([
        count(filter, ''), count(filter, 'state=online'), count(filter, 'state=revoked'),
        count(filter, 'hold=yes state!=revoked'),
        getPage('/devices', {limit: SHOWN, marks: 1, filter: filter === '' ? null : filter}),
    ]);

    return {total, online, revoked, held, some: page.rows};
}

/**
 * The MACs of all of them. Throws where they are more than are told something one by one.
 * @param {Target} target
 * @returns {Promise<string[]>}
 */
export async function macsOf(target) {
    if (target.kind === 'chosen')
        return target.devices.map((device) => device.mac);
    const macs = [];
    const filter = target.filter === '' ? null : target.filter;
    /** @type {string|null} */
    let next = '/devices';

    while (next !== null) {
        const page = /** @type {{rows: any[], next: string|null}} */ (
            await getPage(next, next === '/devices' ? {limit: 1000, filter} : undefined));

        macs.push(...page.rows.map((device) => device.mac));
        next = page.next;
        if (macs.length > MOST_MARKED)
            throw new Error(`They are more than ${MOST_MARKED.toLocaleString('en')} devices. ` +
                'Narrow the filter.');
    }
    return macs;
}
