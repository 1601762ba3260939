// The columns of the fleet's table.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, bytesOf, durationOf, nameOf} from '../ui/format.js';

/** @param {any} device */
export function stateBadge(device) {
    if (device.revoked_at_ms !== null)
        return badge('off', 'revoked');
    return device.online ? badge('good', 'online') : badge('bad', 'offline');
}

/** @param {any} device */
function nameCell(device) {
    return h('a', {href: `#/devices/${device.mac}`},
        nameOf(device.name || device.mac, 40));
}

/** @param {any} device */
function notesCell(device) {
    const notes = [device.error, device.hold ? 'held' : null, device.pin ? `pin ${device.pin}` : null,
        device.canary ? 'canary' : null, device.channel === 'beta' ? 'beta' : null];

    return nameOf(notes.filter((note) => note).join(', '), 100);
}

/**
 * sort is the API's name of the order.
 */
export const columns = [
    {key: 'name', title: 'Name', width: 'minmax(9rem, 2fr)', sort: 'name', cell: nameCell},
    {key: 'label', title: 'Label', width: 'minmax(4rem, 1.3fr)', sort: 'label', wideOnly: true,
        cell: (/** @type {any} */ device) => nameOf(device.label?.name ?? '', 40)},
    {key: 'state', title: 'State', width: '6.5rem', sort: 'state', cell: stateBadge},
    {key: 'image', title: 'Image', width: 'minmax(8rem, 2.2fr)', sort: 'image', wideOnly: true,
        cell: (/** @type {any} */ device) => nameOf(device.image ?? '–', 40)},
    {key: 'seen', title: 'Seen', width: '5.6rem', sort: 'last_seen_ms',
        cell: (/** @type {any} */ device) => ageOf(device.last_seen_ms)},
    {key: 'rssi', title: 'Signal', width: '5rem', sort: 'rssi', class: 'number', wideOnly: true,
        cell: (/** @type {any} */ device) => device.rssi === null ? '–' : `${device.rssi} dBm`},
    {key: 'heap', title: 'Free heap', width: '5.6rem', sort: 'free_heap_bytes', class: 'number',
        wideOnly: true, cell: (/** @type {any} */ device) => bytesOf(device.free_heap_bytes)},
    {key: 'uptime', title: 'Uptime', width: '5rem', sort: 'uptime_ms', class: 'number', wideOnly: true,
        cell: (/** @type {any} */ device) => durationOf(device.uptime_ms, 1)},
    {key: 'tags', title: 'Tags', width: 'minmax(4rem, 1fr)', sort: 'tags', wideOnly: true,
        cell: (/** @type {any} */ device) => nameOf(device.tags.join(', '), 60)},
    {key: 'place', title: 'Place', width: 'minmax(4rem, 1fr)', sort: 'place', wideOnly: true,
        cell: (/** @type {any} */ device) => nameOf(device.label?.place ?? '', 40)},
    {key: 'notes', title: 'Notes', width: 'minmax(5rem, 1.6fr)', sort: 'error', wideOnly: true,
        cell: notesCell},
    {key: 'mac', title: 'MAC', width: '7.6rem', sort: 'mac', wideOnly: true,
        cell: (/** @type {any} */ device) => h('code', null, device.mac)},
];
