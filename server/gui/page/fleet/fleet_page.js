// The fleet: what needs a hand, how it is spread over the images, and the devices.

import {ApiError, get, getPage} from '../api/client.js';
import {subscribe} from '../api/live.js';
import {h} from '../ui/dom.js';
import {notifyFailure} from '../ui/notice.js';
import {createTable} from '../ui/table.js';
import {concernsOf} from './attention.js';
import {createAttention} from './attention_view.js';
import {createBulk} from './bulk_view.js';
import {columns} from './columns.js';
import {createDeviceList} from './device_list.js';
import {createFilter} from './filter_view.js';
import {readOverview} from './overview.js';
import {restOf, spreadOf} from './spread.js';
import {createSpread} from './spread_view.js';
import {createTicker} from './ticker.js';

export const title = 'Fleet';

const ROWS_MS = 5000; // how often the rows that are seen are read again
const OVERVIEW_MS = 15000;
const FIRST_ORDER = 'name';

/** Changes that put devices into other places of the list, or others into it. */
const CHANGES_LIST = ['forget', 'replace', 'revoke', 'readmit'];

class FleetPage {
    /**
     * @param {HTMLElement} place
     * @param {import('../app/router.js').Context} context
     */
    constructor(place, context) {
        this.context = context;
        this.abort = new AbortController();
        /** @type {Map<string, any>} chosen, also of those that the list has left behind */
        this.chosen = new Map();
        this.isAll = false;
        /** @type {number|undefined} */
        this.total = undefined;
        this.order = {filter: context.query.get('filter') ?? '',
            sort: context.query.get('sort') ?? FIRST_ORDER};
        this.attention = createAttention((filter) => this.show({filter}));
        this.spread = createSpread((filter) => this.show({filter}));
        this.filter = createFilter((filter) => this.show({filter}));
        this.list = createDeviceList({get, getPage}, {
            onRows: (rows, total) => this.showRows(rows, total),
            onRow: (row) => this.table.update(row),
        });
        this.table = createTable({
            label: 'Devices', columns, canSelect: context.may('operator'), order: this.order.sort,
            keyOf: (/** @type {any} */ row) => row.mac, empty: 'No device meets the filter.',
            onOpen: (/** @type {any} */ row) => context.go(`#/devices/${row.mac}`),
            onSort: (sort) => this.show({sort}), onMore: () => this.guard(() => this.list.more()),
            onSelect: (keys) => this.select(keys),
        });
        this.bulk = createBulk({onAll: () => this.selectAll(), onDone: () => this.afterBulk(),
            onNone: () => this.table.clearSelection()});
        this.count = h('span', {class: 'fleet-count', role: 'status'});
        place.append(this.attention.element, this.spread.element,
            h('section', {class: 'fleet-devices', 'aria-labelledby': 'devices-title'},
                h('h2', {id: 'devices-title'}, 'Devices ', this.count), this.filter.element,
                context.may('operator') ? this.bulk.element : null, this.table.element));
        this.bulk.show(null, 0);
        this.filter.show(this.order.filter);
        /** @type {Set<string>} devices of which something was told */
        this.stale = new Set();
        this.rows = createTicker(ROWS_MS, async () => {
            const macs = new Set([...this.seen(), ...this.stale].slice(0, 300));

            this.stale.clear();
            await this.list.refresh([...macs]);
        });
        this.top = createTicker(OVERVIEW_MS, () => this.readTop());
    }

    /** @param {() => Promise<void>} work */
    async guard(work) {
        try {
            await work();
        } catch (error) {
            notifyFailure(error);
        }
    }

    /**
     * Another filter or order.
     * @param {{filter?: string, sort?: string}} change
     */
    async show(change) {
        const next = {...this.order, ...change};

        if (next.filter !== this.order.filter)
            this.table.clearSelection();
        this.order = next;
        if (change.filter !== undefined)
            this.filter.show(next.filter);
        this.context.setQuery(Object.fromEntries(Object.entries({filter: next.filter,
            sort: next.sort === FIRST_ORDER ? '' : next.sort}).filter(([, text]) => text !== '')));
        await this.load();
    }

    async load() {
        const {order} = this;

        try {
            await this.list.load(order);
            this.filter.clearFault();
        } catch (error) {
            if (error instanceof ApiError && error.status === 400)
                this.filter.showFault(order.filter, error.message);
            else
                notifyFailure(error);
        }
    }

    /** @param {any[]} rows @param {number} total */
    showRows(rows, total) {
        this.count.textContent = total.toLocaleString('en');
        this.table.setRows(rows, total);
        this.showBulk();
    }

    /** @param {Set<string>} keys */
    select(keys) {
        const before = this.chosen;

        this.isAll = false;
        this.chosen = new Map();
        for (const mac of keys)
            this.chosen.set(mac, this.list.row(mac) ?? before.get(mac) ?? {mac});
        this.showBulk();
    }

    selectAll() {
        this.isAll = true;
        this.showBulk();
    }

    showBulk() {
        const total = this.list.total();
        const {filter} = this.list.order();

        if (this.isAll)
            this.bulk.show({kind: 'filter', filter, total}, total);
        else if (this.chosen.size > 0)
            this.bulk.show({kind: 'chosen', devices: [...this.chosen.values()]}, total);
        else
            this.bulk.show(null, total);
    }

    async afterBulk() {
        this.table.clearSelection();
        await Promise.all([this.load(), this.readTop()]);
    }

    /** @returns {string[]} of the rows that are drawn */
    seen() {
        return [...this.table.element.querySelectorAll('[role="row"][aria-rowindex]')]
            .map((row) => this.list.rows()[Number(row.getAttribute('aria-rowindex')) - 2]?.mac)
            .filter((mac) => mac !== undefined);
    }

    async readTop() {
        const found = await readOverview(this.abort.signal);
        const newest = new Map(found.boards.map((board) => [board.board, board.newest]));
        const spreads = found.chains.map((chain) => spreadOf(chain, newest.get(chain.board) ?? null));

        this.attention.show(concernsOf(found));
        this.spread.show(spreads, restOf(spreads, found.status.devices.total));
        if (found.status.devices.total !== this.total && this.total !== undefined)
            await this.load();
        this.total = found.status.devices.total;
    }

    /** @param {import('../api/live.js').LiveEvent} event */
    onEvent(event) {
        if (event.kind === 'gap' || (event.kind === 'change' && CHANGES_LIST.includes(event.verb))) {
            this.guard(() => this.load());
            this.top.soon();
        } else if (event.kind === 'change') {
            if (typeof event.object === 'string' && this.list.has(event.object))
                this.stale.add(event.object);
            this.rows.soon();
            this.top.soon();
        } else if (event.mac !== undefined) {
            this.stale.add(event.mac);
            this.rows.soon();
            this.top.soon();
        }
    }

    async start() {
        this.unsubscribe = subscribe((event) => this.onEvent(event));
        await Promise.all([this.load(), this.guard(() => this.readTop())]);
    }

    close() {
        this.unsubscribe?.();
        this.rows.close();
        this.top.close();
        this.abort.abort();
        this.list.close();
    }
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const page = new FleetPage(place, context);

    page.start();
    return {close: () => page.close()};
}
