// The daemon's counters, and how they move while one looks.

import {h} from '../ui/dom.js';
import {redrawer} from '../ui/redraw.js';
import {rowsOf, section} from '../ui/rows.js';
import {countersOf} from './checks.js';

/** The part of the page, and what gives it new values. */
export function countersPart() {
    /** @type {{[name: string]: number}} */
    let first = {};
    /** @type {{[name: string]: number}} */
    let last = {};
    let startedMs = 0;
    const find = h('input', {type: 'search', 'aria-label': 'Find a counter', placeholder: 'find a counter',
        spellcheck: 'false', on: {input: () => show()}});
    const moved = h('input', {type: 'checkbox', on: {change: () => show()}});
    const place = h('div', {});
    const draw = redrawer(place);

    function show() {
        const rows = countersOf(last, first, find.value, moved.checked);

        draw(rows, () => rowsOf('Counters', ['Counter', 'Since the start', 'Since this page'],
            rows.map((it) => [it.name.replace(/_/g, ' '), it.value.toLocaleString(),
                it.more === 0 ? '' : `${it.more > 0 ? '+' : ''}${it.more.toLocaleString()}`]), 'None.'));
    }

    return {
        element: section('Counters', h('p', {class: 'form-line'}, find,
            h('label', {class: 'field-inline'}, moved, ' only those that move')), place),
        /** @param {{counters: {[name: string]: number}, started_at_ms: number}} status */
        set(status) {
            if (Object.keys(first).length === 0 || Math.abs(status.started_at_ms - startedMs) > 60000)
                first = status.counters;
            startedMs = status.started_at_ms;
            last = status.counters;
            show();
        },
    };
}
