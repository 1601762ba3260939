// The page of the audit log: who has changed what, live.

import {keepRead} from '../api/reader.js';
import {h, replace} from '../ui/dom.js';
import {nameOf, timeOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {redrawer} from '../ui/redraw.js';
import {button, section} from '../ui/rows.js';
import {createTable} from '../ui/table.js';
import {attempt} from '../ui/work.js';
import {createAuditReader} from './audit_reader.js';
import {authorOf, briefOf, deedOf} from './change.js';
import {changePart} from './change_part.js';
import {createSift} from './sift.js';
import {verifyPart} from './verify.js';

/** @typedef {import('./change.js').Change} Change */

export const title = 'Audit log';

const POLL_MS = 15000;
const BRIEF_MAX = 160;

/** @param {(it: Change) => void} onOpen */
function tableOf(onOpen) {
    /** @type {import('../ui/table.js').Column<Change>[]} */
    const columns = [
        {key: 'number', title: 'Row', width: '4rem', cell: (it) => it.number},
        {key: 'at', title: 'Time', width: '13.5rem', wideOnly: true, cell: (it) => timeOf(it.at_ms)},
        {key: 'who', title: 'Who', width: 'minmax(6rem, 1fr)', cell: (it) => nameOf(authorOf(it), 60)},
        {key: 'deed', title: 'Change', width: 'minmax(8rem, 1fr)', cell: (it) => deedOf(it)},
        {key: 'object', title: 'Of', width: 'minmax(5rem, 1fr)', cell: (it) => nameOf(it.object ?? '', 60)},
        {key: 'brief', title: 'Before → after', width: 'minmax(10rem, 3fr)', wideOnly: true,
            cell: (it) => nameOf(briefOf(it), BRIEF_MAX)},
    ];

    return createTable({label: 'Audit log, the newest first', columns,
        keyOf: (/** @type {Change} */ it) => String(it.number), onOpen});
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const one = h('div', {});
    const more = h('p', {});
    const count = h('p', {role: 'status', class: 'summary'});
    const drawOne = redrawer(one);
    /** @type {number | null} */
    let shown = null;
    const sift = createSift(context.query, (wish, query) => {
        context.setQuery(query);
        log = createAuditReader(wish);
        reader.now();
    });
    let log = createAuditReader(sift.wish());
    const table = tableOf((it) => {
        shown = it.number;
        showOne();
        one.scrollIntoView({block: 'nearest'});
    });
    const earlier = button('Show earlier', (made) => attempt(made, async () => {
        await log.back(new AbortController().signal);
        show();
    }));

    function showOne() {
        const it = log.rows().find((row) => row.number === shown);

        drawOne(it?.number ?? null, () => (it === undefined ? null : changePart(it, () => {
            shown = null;
            showOne();
        })));
    }
    function show() {
        const rows = log.rows();

        table.setRows(rows, rows.length);
        replace(count, log.isWhole() ? `${rows.length} rows` : `the newest ${rows.length} rows`);
        replace(more, log.isWhole() ? null : earlier);
        showOne();
    }
    const reader = keepRead(async (signal) => {
        const mine = log;

        await mine.forward(signal);
        if (mine === log)
            show();
    }, {everyMs: POLL_MS, concerns: (what) => what.kind === 'change', onFailure: notifyFailure});

    replace(place, section('Who changed what', sift.element, count, one, table.element, more),
        verifyPart());
    return {close: reader.close};
}
