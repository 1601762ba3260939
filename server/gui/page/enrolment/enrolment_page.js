// The page of enrolment: who waits, who is registered, and the time in which everybody is let in.
import {get} from '../api/client.js';
import {keepRead} from '../api/reader.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {redrawer} from '../ui/redraw.js';
import {button, rowsOf, section} from '../ui/rows.js';
import {createTable} from '../ui/table.js';
import {attempt} from '../ui/work.js';
import {badgeOf, decisionsOf, devicePart} from './device_part.js';
import {isOpen, keyShown, noteOf, queueOf} from './enrolment.js';
import {register} from './register.js';
import {closeWindow, openWindow, windowLine} from './window.js';

/** @typedef {import('./enrolment.js').Enrolment} Enrolment */
/** @typedef {import('./enrolment.js').Window_} Window_ */

export const title = 'Enrolment';

const QUEUE_POLL_MS = 10000;
const ALL_POLL_MS = 60000;
const SUBJECTS = ['enrolment', 'window', 'device'];
const QUEUE_SHOWN = 50;

/** @param {(it: Enrolment) => void} onOpen */
function tableOfAll(onOpen) {
    /** @type {import('../ui/table.js').Column<Enrolment>[]} */
    const columns = [
        {key: 'mac', title: 'MAC', width: '8rem', cell: (it) => h('code', {}, it.mac)},
        {key: 'state', title: 'State', width: '9rem', cell: (it) => badge(...badgeOf(it))},
        {key: 'key', title: 'Key', width: '10rem', wideOnly: true,
            cell: (it) => h('code', {}, keyShown(it.key_sha256))},
        {key: 'address', title: 'From', width: '9rem', wideOnly: true, cell: (it) => it.address ?? ''},
        {key: 'asked', title: 'Asked', width: '7rem', cell: (it) => ageOf(it.last_asked_ms)},
        {key: 'by', title: 'Decided by', width: 'minmax(6rem, 1fr)', wideOnly: true,
            cell: (it) => it.decided_by ?? ''},
        {key: 'note', title: 'Note', width: 'minmax(8rem, 2fr)', wideOnly: true,
            cell: (it) => nameOf(noteOf(it))},
    ];

    return createTable({label: 'All devices on the way to a certificate', columns,
        keyOf: (/** @type {Enrolment} */ it) => it.mac, onOpen, empty: 'No device has asked.'});
}

/**
 * Those that wait, each with its buttons.
 * @param {Enrolment[]} all
 * @param {boolean} mayDecide
 * @param {() => void} onChange
 */
function queuePart(all, mayDecide, onChange) {
    const queue = queueOf(all);
    const rows = queue.slice(0, QUEUE_SHOWN).map((it) => [
        h('code', {}, it.mac),
        h('code', {title: it.key_sha256 ?? ''}, keyShown(it.key_sha256)),
        it.address ?? '',
        ageOf(it.last_asked_ms),
        String(it.tries),
        nameOf(noteOf(it)),
        ...(mayDecide ? [h('span', {class: 'buttons'}, ...decisionsOf(it, onChange))] : []),
    ]);
    const heads = ['MAC', 'Key', 'From', 'Asked', 'Times', 'Note', ...(mayDecide ? ['Decision'] : [])];

    return section(
        `Waiting (${queue.length})`,
        rowsOf('Devices that wait', heads, rows, 'No device waits.'),
        queue.length > QUEUE_SHOWN
            ? h('p', {}, `${queue.length - QUEUE_SHOWN} more wait; they are in the list below.`)
            : null,
    );
}

/**
 * @param {Window_|null} window
 * @param {boolean} mayDecide
 * @param {{onChange: () => void, onRegister: (button: HTMLButtonElement) => void}} terms
 */
function windowPart(window, mayDecide, {onChange, onRegister}) {
    if (window === null)
        return null;

    /** @type {(act: () => Promise<boolean>) => (made: HTMLButtonElement) => void} */
    const run = (act) => (made) =>
        attempt(made, async () => {
            if (await act())
                onChange();
        });
    const open = isOpen(window, Date.now());

    return section(
        'New devices',
        windowLine(window),
        mayDecide && window.on
            ? h(
                  'p',
                  {class: 'buttons'},
                  button('Register devices…', onRegister),
                  open ? button('Close', run(closeWindow)) : button('Let everybody in for a time…', run(openWindow)),
              )
            : null,
    );
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const mayDecide = context.may('administrator');
    const parts = { window: h('div', {}), queue: h('div', {}), one: h('div', {}) };
    const draw = {window: redrawer(parts.window), queue: redrawer(parts.queue), one: redrawer(parts.one)};
    /** @type {string|null} */
    let shown = context.parts[0] ?? null;
    /** @type {Enrolment[]} */
    let all = [];
    const table = tableOfAll((it) => {
        shown = it.mac;
        showOne();
        parts.one.scrollIntoView({block: 'nearest'});
    });

    function showOne() {
        const it = all.find((row) => row.mac === shown);
        const onClose = () => {
            shown = null;
            showOne();
        };

        draw.one(it ?? null, () =>
            it === undefined ? null : devicePart(it, {mayDecide, onChange, onClose}),
        );
    }
    /** @param {HTMLButtonElement} made */
    const onRegister = (made) =>
        attempt(made, async () => {
            if (await register())
                onChange();
        });
    /** @param {AbortSignal} signal */
    async function readQueue(signal) {
        const [queue, status] = await Promise.all([
            get('/enrolments', {state: 'pending'}, signal), get('/status', {}, signal),
        ]);
        const facts = [status.enrolment, isOpen(status.enrolment, Date.now())];

        draw.window(facts, () => windowPart(status.enrolment, mayDecide, {onChange, onRegister}));
        draw.queue(queue, () => queuePart(queue, mayDecide, onChange));
    }
    /** @param {AbortSignal} signal */
    async function readAll(signal) {
        all = await get('/enrolments', {}, signal);
        table.setRows(all, all.length);
        showOne();
    }
    const terms = {
        concerns: (/** @type {import('../api/live.js').LiveEvent} */ what) =>
            SUBJECTS.includes(what.subject) || what.kind.startsWith('enrolment'),
        onFailure: notifyFailure,
    };
    const readers = [
        keepRead(readQueue, {...terms, everyMs: QUEUE_POLL_MS}),
        keepRead(readAll, {...terms, everyMs: ALL_POLL_MS}),
    ];
    const onChange = () => readers.forEach((it) => it.now());

    replace(place, parts.window, parts.queue, parts.one, section('All', table.element));
    return {close: () => readers.forEach((it) => it.close())};
}
