// The time in which every new device is let in.
import {post} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {timeOf} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {isOpen, secondsOf} from './enrolment.js';

/** @typedef {import('./enrolment.js').Window_} Window_ */

const PATH = '/enrolments/window';

/** @type {Record<string, string>} */
const POLICIES = {
    listed: 'Devices that are registered get a certificate when they ask; others are refused.',
    approve: 'Devices that are registered get a certificate when they ask; others wait for you here.',
};

/** @type {import('../ui/form.js').Field[]} */
const FIELDS = [
    {name: 'time', label: 'For how long', value: '30m', required: true,
        hint: 'A number and m, h or d'},
    {name: 'most', label: 'At most so many devices', type: 'number', value: 100, required: true,
        min: 1, max: 100000},
];

/** @returns {Promise<boolean>} */
export async function openWindow() {
    const values = await askForm({
        title: 'Let every new device in for a time',
        sentence: 'Until then whoever has a claim certificate gets one of its own, under any MAC that ' +
            'is free. Nobody is asked.',
        fields: FIELDS,
        action: 'Open',
        check: (it) =>
            (secondsOf(it.time) === null ? 'A time is a number and s, m, h or d, as 30m' : null),
        send: async (it) => {
            await post(PATH, {query: {for_s: secondsOf(it.time), at_most: it.most}});
        },
    });

    if (values !== null)
        notify('Open: every new device gets its certificate');
    return values !== null;
}

/** @returns {Promise<boolean>} */
export async function closeWindow() {
    const sure = await confirmAction({
        title: 'Close',
        sentence: 'New devices have to be approved or registered again. Those that were let in stay.',
        action: 'Close',
    });

    if (sure) {
        await post(PATH, {query: {for_s: '0'}});
        notify('Closed: new devices wait for you again');
    }
    return sure;
}

/**
 * How it stands, in words.
 * @param {Window_} it
 */
export function windowLine(it) {
    if (!it.on) {
        return h(
            'p',
            {},
            badge('off', 'enrolment is off'),
            ' Section [enrolment] of the configuration turns it on.',
        );
    }
    if (it.open_until_ms === null || !isOpen(it, Date.now()))
        return h('p', {}, badge('good', 'closed'), ` ${POLICIES[it.policy] ?? `Policy "${it.policy}".`}`);
    return h(
        'p',
        {},
        badge('warn', 'open to everybody'),
        ' until ',
        timeOf(it.open_until_ms),
        `; ${it.open_let_in ?? 0} of ${it.open_at_most ?? 0} let in.`,
    );
}

