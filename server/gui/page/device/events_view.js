// What the device has said and done, the newest first.

import {getPage} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {createCard, tableOf} from './card.js';
import {detailOf} from './command_progress.js';

const PER_PAGE = 50;

/** @param {any} event */
function rowOf(event) {
    const result = event.result === null ? ''
        : badge(event.result === 'ok' ? 'good' : 'warn', event.result);
    const rest = detailOf({...event, result: null, inferred: false});

    return [ageOf(event.at_ms), nameOf(event.event, 40),
        event.command === null ? '' : [nameOf(event.command, 40), event.command_id === null ? null
            : ` ${event.command_id}`], result, nameOf(rest, 300)];
}

/**
 * @param {string} mac
 * @param {AbortSignal} signal
 */
export function createEvents(mac, signal) {
    const card = createCard('Events', {class: 'wide'});
    const more = h('button', {type: 'button', hidden: true}, 'Show older ones');
    /** @type {any[]} */
    let newest = [];
    /** @type {any[]} */
    let older = [];
    /** @type {string|null} */
    let next = null;

    card.element.append(more);

    function draw() {
        card.show([newest, older.length], () => tableOf(['When', 'Event', 'Command', 'Result', 'Detail'],
            [...newest, ...older].map(rowOf), 'It has said nothing yet.'));
        more.hidden = next === null;
    }

    /** Pages that were opened stay; what has come since stands before them. */
    async function read() {
        const page = await getPage(`/devices/${mac}/events`, {limit: PER_PAGE}, signal);

        if (older.length === 0)
            next = page.next;
        newest = page.rows;
        draw();
    }

    async function readMore() {
        if (next === null)
            return;
        const page = await getPage(next, undefined, signal);

        older = [...older, ...page.rows];
        next = page.next;
        draw();
    }

    more.addEventListener('click', () => attempt(more, readMore));
    return {element: card.element, read};
}
