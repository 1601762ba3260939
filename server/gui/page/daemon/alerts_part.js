// What goes wrong now, and whether its tellers work.

import {post} from '../api/client.js';
import {confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {button, rowsOf, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';

/**
 * @typedef {{kind: string, title: string, subject: string, detail: string, since_ms: number,
 *     lasts: boolean}} Alert
 */

const DETAIL_MAX = 300;

/** @param {Alert} it */
function subjectOf(it) {
    return /^[0-9a-f]{12}$/.test(it.subject) ? h('a', {href: `#/devices/${it.subject}`}, it.subject)
        : nameOf(it.subject);
}

async function test() {
    const isSure = await confirmAction({
        title: 'Send a test alert',
        sentence: 'Everybody who is told of alerts, by mail and webhooks, gets one that says it is a ' +
            'test. No device notices.',
        action: 'Send',
    });

    if (!isSure)
        return;
    const told = await post('/alerts/test');

    notify(`Test ${told.note}: mail to ${told.mail_to ?? 'nobody'}, webhooks: ${told.webhooks}`);
}

/**
 * @param {Alert[]} alerts
 * @param {boolean} mayTest
 */
export function alertsPart(alerts, mayTest) {
    return section('Alerts',
        rowsOf('Alerts', ['Since', 'What', 'Of', 'More'], alerts.map((it) => [
            ageOf(it.since_ms), it.title, subjectOf(it), nameOf(it.detail, DETAIL_MAX),
        ]), 'Nothing goes wrong.'),
        mayTest ? h('p', {class: 'buttons'},
            button('Send a test alert…', (made) => attempt(made, test))) : null);
}
