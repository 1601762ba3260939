// The devices that meet a filter, in an order: read page by page as somebody scrolls to them.

import {filtersOf} from './bulk_plan.js';

const PAGE_ROWS = 1000;
const WITH_MARKS = {marks: '1', groups: '1'};

/**
 * @typedef {object} Source how it asks the daemon; api/client.js, or a test's
 * @property {(path: string, query?: any, signal?: AbortSignal) => Promise<any>} get
 * @property {(path: string, query?: any, signal?: AbortSignal) =>
 *     Promise<{rows: any[], next: string|null}>} getPage
 */

/**
 * @param {{filter: string, sort: string}} order
 * @returns {Record<string, string>}
 */
function queryOf(order) {
    /** @type {Record<string, string>} */
    const query = {...WITH_MARKS, limit: String(PAGE_ROWS)};

    if (order.filter !== '')
        query.filter = order.filter;
    if (order.sort !== '')
        query.sort = order.sort;
    return query;
}

/**
 * onRows is told whenever there are others, onRow of one that is as it was but for its values.
 * @param {Source} source
 * @param {{onRows: (rows: any[], total: number) => void, onRow: (row: any) => void}} told
 */
export function createDeviceList(source, told) {
    const state = {
        /** @type {any[]} */ rows: [],
        /** @type {Map<string, number>} */ places: new Map(),
        total: 0,
        /** @type {string|null} */ next: null,
        order: {filter: '', sort: ''},
        isLoading: false,
        abort: new AbortController(),
    };

    /** @param {any[]} rows */
    function append(rows) {
        for (const row of rows) {
            if (state.places.has(row.mac))
                continue;
            state.places.set(row.mac, state.rows.length);
            state.rows.push(row);
        }
        state.total = state.next === null ? state.rows.length
            : Math.max(state.total, state.rows.length);
    }

    /**
     * Reads it anew; the rows that there were stay until others are there.
     * @param {{filter: string, sort: string}} order
     */
    async function load(order) {
        state.abort.abort();
        state.abort = new AbortController();
        const {signal} = state.abort;
        const counted = order.filter === '' ? {} : {filter: order.filter};

        state.isLoading = true;
        try {
            const [page, count] = await Promise.all([
                source.getPage('/devices', queryOf(order), signal),
                source.get('/devices/count', counted, signal),
            ]);

            Object.assign(state, {order, rows: [], places: new Map(), next: page.next,
                total: count.count});
            append(page.rows);
        } finally {
            if (!signal.aborted)
                state.isLoading = false;
        }
        told.onRows(state.rows, state.total);
    }

    /** The next page, if there is one and it is not under way. */
    async function more() {
        if (state.isLoading || state.next === null)
            return;
        const {signal} = state.abort;

        state.isLoading = true;
        try {
            const page = await source.getPage(state.next, undefined, signal);

            state.next = page.next;
            append(page.rows);
        } finally {
            if (!signal.aborted)
                state.isLoading = false;
        }
        told.onRows(state.rows, state.total);
    }

    /**
     * Reads some devices again, where they stand.
     * @param {string[]} macs
     */
    async function refresh(macs) {
        const {signal} = state.abort;

        for (const filter of filtersOf(macs.filter((mac) => state.places.has(mac)))) {
            const rows = await source.get('/devices', {...WITH_MARKS, filter}, signal);

            for (const row of rows) {
                const place = state.places.get(row.mac);

                if (place === undefined)
                    continue;
                state.rows[place] = row;
                told.onRow(row);
            }
        }
    }

    return {
        load, more, refresh,
        /** @param {string} mac */
        has: (mac) => state.places.has(mac),
        /** @param {string} mac */
        row: (mac) => state.rows[state.places.get(mac) ?? -1],
        rows: () => state.rows,
        total: () => state.total,
        order: () => state.order,
        isWhole: () => state.next === null,
        close: () => state.abort.abort(),
    };
}
