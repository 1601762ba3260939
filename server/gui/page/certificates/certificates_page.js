// The page of certificates: what ends when, and revoke one.

import {get, getPage} from '../api/client.js';
import {keepRead} from '../api/reader.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, nameOf, timeOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {redrawer} from '../ui/redraw.js';
import {button, factsOf, section} from '../ui/rows.js';
import {createTable} from '../ui/table.js';
import {attempt} from '../ui/work.js';
import {
    counts, DAY_MS, endsSoon, lanesOf, lineEnd, sift, SOON_DAYS, stateOf,
} from './certificate.js';
import {revoke} from './revoke.js';
import {siftForm} from './sift_form.js';
import {timeLine} from './time_line.js';

/** @typedef {import('./certificate.js').Certificate} Certificate */

export const title = 'Certificates';

const POLL_MS = 300000;
const PAGE = 1000;
const COLUMNS = 72;
const BEFORE_DAYS = 14;
const SUBJECTS = ['certificate', 'device', 'enrolment', 'revocations', 'rotation'];

/** @param {(it: Certificate) => void} onOpen */
function tableOf(onOpen) {
    /** @type {import('../ui/table.js').Column<Certificate>[]} */
    const columns = [
        {key: 'end', title: 'Ends', width: '13.5rem', cell: (it) => timeOf(it.not_after_ms)},
        {key: 'left', title: 'That is', width: '7rem',
            cell: (it) => (it.not_after_ms === null ? '' : ageOf(it.not_after_ms))},
        {key: 'state', title: 'State', width: '8rem', cell: (it) => badge(...stateOf(it, Date.now()))},
        {key: 'whose', title: 'Whose', width: 'minmax(8rem, 1fr)', wideOnly: true,
            cell: (it) => nameOf(it.common_name ?? it.mac ?? '')},
        {key: 'kind', title: 'Kind', width: '5rem', wideOnly: true, cell: (it) => it.kind},
        {key: 'serial', title: 'Serial', width: 'minmax(8rem, 1fr)', wideOnly: true,
            cell: (it) => h('code', {title: it.serial}, it.serial)},
        {key: 'origin', title: 'Known by', width: '6rem', wideOnly: true, cell: (it) => it.origin},
    ];

    return createTable({label: 'Certificates, those first that end first', columns,
        keyOf: (/** @type {Certificate} */ it) => it.serial, onOpen});
}

/**
 * All that is known of one, and its end.
 * @param {Certificate} it
 * @param {{mayRevoke: boolean, devices: number, onChange: () => void, onClose: () => void}} terms
 *     devices: how many there are
 */
function certificatePart(it, {mayRevoke, devices, onChange, onClose}) {
    const isOver = it.state === 'revoked' || it.state === 'expired';
    const end = button('Revoke…', (made) => attempt(made, async () => {
        if (await revoke(it, devices))
            onChange();
    }), {class: 'danger', label: `Revoke ${it.serial}`});

    return section(`Certificate ${it.serial}`,
        factsOf([
            ['State', badge(...stateOf(it, Date.now())), it.reason === null ? null : ` ${it.reason}`],
            ['Name in it', nameOf(it.common_name)],
            ['Device', it.mac === null ? 'none' : h('a', {href: `#/devices/${it.mac}`}, it.mac)],
            ['Kind', it.kind, it.role === null ? null : `, role ${it.role}`],
            ['Good from', timeOf(it.not_before_ms)],
            ['Good until', timeOf(it.not_after_ms)],
            ['Revoked', it.revoked_at_ms === null ? 'no' : timeOf(it.revoked_at_ms)],
            ['Fingerprint (SHA-256)', h('code', {}, it.fingerprint ?? '–')],
            ['Known since', timeOf(it.known_at_ms), ` (${it.origin})`],
        ]),
        h('p', {class: 'buttons'}, mayRevoke && !isOver ? end : null, button('Close', onClose)));
}

/**
 * One sentence for who does not see the line.
 * @param {Certificate[]} all
 */
function summaryOf(all) {
    const nowMs = Date.now();
    const soon = all.filter((it) => endsSoon(it, nowMs)).length;
    const good = all.filter((it) => it.state === 'good').length;

    return h('p', {class: 'summary'}, `${good} good, `,
        soon === 0 ? badge('good', `none ends within ${SOON_DAYS} days`)
            : badge('warn', `${soon} end within ${SOON_DAYS} days`),
        `, ${all.length} known.`);
}

/**
 * Reads the list page by page.
 * @param {AbortSignal} signal
 * @param {(n: number) => void} onProgress
 * @returns {Promise<Certificate[]>}
 */
async function readAll(signal, onProgress) {
    /** @type {Certificate[]} */
    const all = [];
    let page = await getPage('/certificates', {limit: PAGE}, signal);

    for (;;) {
        all.push(...page.rows);
        onProgress(all.length);
        if (page.next === null)
            return all;
        page = await getPage(page.next, {}, signal);
    }
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const mayRevoke = context.may('administrator');
    const parts = {summary: h('div', {}), line: h('div', {}), one: h('div', {})};
    const draw = {line: redrawer(parts.line), one: redrawer(parts.one)};
    /** @type {Certificate[]} */
    let all = [];
    /** @type {{ca_not_after_ms: number | null, broker_not_after_ms: number | null}} */
    let own = {ca_not_after_ms: null, broker_not_after_ms: null};
    let devices = 0;
    /** @type {string | null} */
    let shown = context.parts[0] ?? null;
    const table = tableOf((it) => {
        shown = it.serial;
        showOne();
        parts.one.scrollIntoView({block: 'nearest'});
    });
    const form = siftForm(context.query.get('state') ?? '', show);

    function showOne() {
        const it = all.find((row) => row.serial === shown);
        const onClose = () => {
            shown = null;
            showOne();
        };

        draw.one(it ?? null, () => (it === undefined ? null
            : certificatePart(it, {mayRevoke, devices, onChange: reader.now, onClose})));
    }
    function show() {
        const nowMs = Date.now();
        const wish = form.wish();
        const rows = sift(all, wish, nowMs);
        const ends = all.filter(counts).map((it) => it.not_after_ms ?? 0);
        const line = {fromMs: nowMs - BEFORE_DAYS * DAY_MS, toMs: lineEnd(wish.reach, ends, nowMs)};
        const lanes = lanesOf(all, own, {...line, columns: COLUMNS});
        const day = Math.floor(nowMs / DAY_MS);

        draw.line([all.length, all.map((it) => it.state).join(''), own, wish.reach, day], () =>
            timeLine(lanes, {...line, nowMs, soonMs: nowMs + SOON_DAYS * DAY_MS}, (lane, bucket) =>
                form.choose(`${lane.name} that end then`, bucket)));
        table.setRows(rows, rows.length);
        showOne();
    }
    const reader = keepRead(async (signal) => {
        const status = await get('/status', {}, signal);

        own = status.certificates;
        devices = status.devices.total;
        all = await readAll(signal, (n) => replace(parts.summary, `${n} read…`));
        replace(parts.summary, summaryOf(all));
        show();
    }, {
        everyMs: POLL_MS,
        concerns: (what) => SUBJECTS.includes(what.subject),
        onFailure: notifyFailure,
    });

    replace(place, parts.summary, section('What ends when', form.reach, parts.line),
        section('List', form.element, parts.one, table.element));
    return {close: reader.close};
}
