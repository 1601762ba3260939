// Whom the daemon tells of events: add, test, remove.

import {post} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {askForm, confirmAction, showDialog} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {button, rowsOf, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';

/**
 * @typedef {{
 *     name: string, url: string, events: string[], filter: string | null, state: 'on' | 'gone',
 *     queued: number, oldest_at_ms: number | null, sent: number, failed: number, given_up: number,
 *     dropped: number,
 *     last: {message: string, at_ms: number, status: number | null, error: string | null} | null
 * }} Webhook
 */

/** @param {Webhook} it @returns {['good' | 'bad' | 'warn' | 'off', string]} */
export function stateOf(it) {
    if (it.state === 'gone')
        return ['bad', 'its receiver has gone'];
    if (it.last === null)
        return ['off', 'nothing sent yet'];
    if (it.last.error !== null || it.last.status === null || it.last.status > 299)
        return ['bad', it.last.error ?? `answers ${it.last.status}`];
    return it.dropped > 0 ? ['warn', `${it.dropped} were dropped`] : ['good', 'works'];
}

/** @param {string} text kinds, apart by spaces or commas */
export function eventsOf(text) {
    return text.split(/[\s,]+/).filter((it) => it !== '');
}

async function add() {
    let secret = '';
    const values = await askForm({
        title: 'Add a webhook',
        fields: [
            {name: 'url', label: 'URL', type: 'url', required: true},
            {name: 'name', label: 'Name', hint: 'None: the host of the URL'},
            {name: 'events', label: 'Events', hint: 'As: trial download alert-*; none: all'},
            {name: 'filter', label: 'Only of devices that meet', hint: 'A filter, as of the fleet page'},
        ],
        action: 'Add',
        send: async (it) => {
            const events = eventsOf(it.events);
            const made = await post('/webhooks', {body: {url: it.url,
                ...(it.name === '' ? {} : {name: it.name}), ...(events.length === 0 ? {} : {events}),
                ...(it.filter === '' ? {} : {filter: it.filter})}});

            secret = made.secret;
        },
    });

    if (values === null)
        return false;
    await showDialog({title: 'Secret of the webhook', close: 'I have noted it', content: h('div', {},
        h('p', {}, 'Note it now: it is not shown again. With it the receiver tells whether a message ' +
            'is this daemon\u2019s.'),
        h('p', {}, h('code', {class: 'secret', tabindex: 0}, secret)))});
    return true;
}

/** @param {Webhook} it */
async function test(it) {
    const {message} = await post(`/webhooks/${encodeURIComponent(it.name)}/test`);

    notify(`Message ${message} is on its way to ${it.name}`);
    return true;
}

/** @param {Webhook} it */
async function remove(it) {
    const isSure = await confirmAction({title: `Remove ${it.name}`,
        sentence: `${it.url} is told of nothing any more; ${it.queued} message` +
            `${it.queued === 1 ? '' : 's'} that wait${it.queued === 1 ? 's' : ''} will not be sent.`,
        action: 'Remove', danger: true});

    if (isSure)
        await post(`/webhooks/${encodeURIComponent(it.name)}/remove`);
    return isSure;
}

/**
 * @param {Webhook[]} webhooks
 * @param {() => void} onChange
 */
export function webhooksPart(webhooks, onChange) {
    /** @type {(text: string, deed: () => Promise<boolean>, more: {label?: string, class?: string}) => HTMLElement} */
    const deedButton = (text, deed, more) => button(text, (made) => attempt(made, async () => {
        if (await deed())
            onChange();
    }), more);
    const rows = webhooks.map((it) => [
        nameOf(it.name), nameOf(it.url), it.events.length === 0 ? 'all' : it.events.join(' '),
        nameOf(it.filter ?? 'all'), badge(...stateOf(it)),
        it.last === null ? 'never' : ageOf(it.last.at_ms),
        `${it.sent} sent, ${it.queued} wait, ${it.given_up} given up`,
        h('span', {class: 'buttons'},
            deedButton('Test', () => test(it), {label: `Test ${it.name}`}),
            deedButton('Remove…', () => remove(it), {label: `Remove ${it.name}`, class: 'danger'})),
    ]);

    return section('Webhooks',
        rowsOf('Webhooks', ['Name', 'URL', 'Events', 'Devices', 'State', 'Last', 'Messages', 'Actions'],
            rows, 'There are no webhooks.'),
        h('p', {class: 'buttons'}, deedButton('Add a webhook…', add, {})));
}
