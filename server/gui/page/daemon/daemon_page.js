// The page of the daemon itself.

import {get} from '../api/client.js';
import {keepRead} from '../api/reader.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, bytesOf, nameOf, timeOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {redrawer} from '../ui/redraw.js';
import {factsOf, rowsOf, section} from '../ui/rows.js';
import {alertsPart} from './alerts_part.js';
import {backupPart} from './backup.js';
import {checksOf} from './checks.js';
import {countersPart} from './counters_part.js';
import {webhooksPart} from './webhooks_part.js';

/** @typedef {import('./checks.js').Status} Status */

export const title = 'The daemon';

const STATUS_POLL_MS = 5000;
const MORE_POLL_MS = 30000;
const BACKUPS_MS = 90 * 24 * 3600 * 1000;
const TEXT_MAX = 400;

/** @param {import('./checks.js').Check[]} checks */
function checksPart(checks) {
    const amiss = checks.filter((it) => it.kind === 'bad' || it.kind === 'warn').length;

    return section('Checks',
        h('p', {class: 'summary'}, amiss === 0 ? badge('good', 'all is well')
            : badge('warn', `${amiss} of ${checks.length} want a hand`)),
        rowsOf('Checks', ['What', 'State', 'More'], checks.map((it) => [
            it.page === undefined ? it.name : h('a', {href: it.page}, it.name),
        badge(it.kind, it.word), nameOf(it.text, TEXT_MAX),
        ]), 'None.'),
        h('p', {class: 'field-hint'}, 'On the daemon\u2019s machine ', h('code', {}, 'secureesp doctor'),
            ' looks at more: files, rights, the broker\u2019s configuration.'));
}

/** @param {Status} it */
function factsPart(it) {
    return section('Facts', factsOf([
        ['Version', it.version],
        ['Started', ageOf(it.started_at_ms)],
        ['Broker', `${it.broker.host}:${it.broker.port}, ${it.broker.connected ? 'connected' : 'lost'} `,
            ageOf(it.broker.since_ms)],
        ['Devices', `${it.devices.total}, ${it.devices.online} online, ${it.devices.revoked} revoked`],
        ['Disk', `${bytesOf(it.disk.free_bytes)} free, ${bytesOf(it.disk.kept_free_bytes)} kept free`],
        ['CA ends', timeOf(it.certificates.ca_not_after_ms)],
        ['This server\u2019s certificate ends', timeOf(it.certificates.server_not_after_ms)],
        ['The broker\u2019s certificate ends', timeOf(it.certificates.broker_not_after_ms)],
        ['Key that operators are shown', h('code', {}, it.operator?.fingerprint ?? '–')],
        ['CA (SHA-256)', ...it.certificates.ca_sha256.map((hash) => h('code', {}, hash))],
    ]));
}

/**
 * What of the facts is drawn: free bytes move all the time, and not each counts.
 * @param {Status} it
 */
function drawnOf(it) {
    return [it.version, it.started_at_ms, it.broker, it.devices, bytesOf(it.disk.free_bytes),
        it.certificates, it.operator];
}

/** @param {{[name: string]: HTMLElement}} parts */
function drawersOf(parts) {
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, redrawer(part)]));
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const mayAll = context.may('administrator');
    const counters = countersPart();
    const parts = {checks: h('div', {}), facts: h('div', {}), alerts: h('div', {}),
        backups: h('div', {}), webhooks: h('div', {})};
    const draw = drawersOf(parts);
    const terms = {concerns: () => false, onFailure: notifyFailure};
    const status = keepRead(async (signal) => {
        /** @type {Status} */
        const it = await get('/status', {}, signal);
        const checks = checksOf(it, Date.now());

        draw.checks(checks, () => checksPart(checks));
        draw.facts(drawnOf(it), () => factsPart(it));
        counters.set(it);
    }, {...terms, everyMs: STATUS_POLL_MS});
    const more = keepRead(async (signal) => {
        const since = Math.floor((Date.now() - BACKUPS_MS) / 60000) * 60000;
        const [alerts, made, webhooks] = await Promise.all([
            get('/alerts', {}, signal),
            get('/audit', {object: 'backup', since_ms: since}, signal),
            mayAll ? get('/webhooks', {}, signal) : [],
        ]);

        draw.alerts(alerts, () => alertsPart(alerts, mayAll));
        draw.backups(made, () => backupPart(made, mayAll, more.now));
        if (mayAll)
            draw.webhooks(webhooks, () => webhooksPart(webhooks, more.now));
    }, {...terms, everyMs: MORE_POLL_MS,
        concerns: (what) => ['alert', 'webhook', 'backup', 'rollout'].includes(what.subject)});

    replace(place, parts.checks, parts.alerts, parts.facts, parts.backups, parts.webhooks,
        counters.element);
    return {
        close() {
            status.close();
            more.close();
        },
    };
}
