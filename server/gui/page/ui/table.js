// A table of many rows: only those that are seen are in the page. Sorting is the server's.

import {h, replace} from './dom.js';
import {createSelection} from './table_selection.js';
import {indexAfter, orderAfter, topFor, windowOf} from './table_window.js';

const AROUND = 12;
const ROW_HEIGHT = 40;
const WIDE = '(min-width: 46rem)';

/**
 * @template R
 * @typedef {{
 *     key: string, title: string, cell: (row: R) => import('./dom.js').Child,
 *     sort?: string, class?: string, width?: string, wideOnly?: boolean
 * }} Column
 *     sort: the order's name for the server; width: of a CSS grid's column, as "minmax(8rem, 2fr)";
 *     wideOnly: left out on a phone
 */
/**
 * @template R
 * @typedef {{
 *     label: string, columns: Column<R>[], keyOf: (row: R) => string,
 *     onOpen?: (row: R) => void, canSelect?: boolean, order?: string,
 *     onSort?: (order: string) => void, onSelect?: (keys: Set<string>) => void,
 *     onMore?: () => void, rowHeight?: number, empty?: string
 * }} TableTerms
 *     order: in force at first; onMore: rows are seen that setRows has not brought yet (called once
 *     until the next setRows); empty: said when there are no rows
 */

let made = 0;

/**
 * @template R
 */
class Table {
    /** @param {TableTerms<R>} terms */
    constructor(terms) {
        this.terms = terms;
        this.id = `grid-${++made}`;
        this.rowHeight = terms.rowHeight ?? ROW_HEIGHT;
        /** @type {R[]} */
        this.rows = [];
        this.total = 0;
        /** @type {Map<string, number> | null} */
        this.places = null;
        /** @type {Map<number, HTMLElement>} */
        this.drawn = new Map();
        /** @type {Map<number, R | undefined>} */
        this.shown = new Map(); // the rows that were drawn
        this.active = -1;
        this.order = terms.order ?? '';
        this.isAsked = false;
        this.selection = createSelection((keys) => {
            this.showSelection();
            terms.onSelect?.(keys);
        });
        this.wide = window.matchMedia(WIDE);
        this.columns = terms.columns;
        this.head = h('div', {role: 'row', class: 'grid-row grid-head', 'aria-rowindex': 1});
        this.body = h('div', {role: 'rowgroup', class: 'grid-body'});
        this.empty = h('p', {class: 'grid-empty', hidden: true}, terms.empty ?? 'Nothing here.');
        this.element = h('div', {
            role: 'grid', class: 'grid', id: this.id, tabindex: 0, 'aria-label': terms.label,
            'aria-multiselectable': terms.canSelect ? 'true' : null, 'aria-rowcount': 1,
            on: {
                keydown: (/** @type {KeyboardEvent} */ event) => this.onKey(event),
                scroll: () => this.plan(),
            },
        }, h('div', {role: 'rowgroup', class: 'grid-top'}, this.head), this.body);
        this.frame = h('div', {class: 'grid-frame'}, this.element, this.empty);
        this.isPlanned = false;
        this.wide.addEventListener('change', () => this.layOut());
        new ResizeObserver(() => this.plan()).observe(this.element);
        this.layOut();
    }

    /** The columns, by the width of the screen. */
    layOut() {
        const {terms} = this;

        this.columns = terms.columns.filter((column) => this.wide.matches || !column.wideOnly);
        this.template = [terms.canSelect ? '1.4rem' : '', ...this.columns.map((column) =>
            column.width ?? 'minmax(4rem, 1fr)')].join(' ');
        this.head.style.setProperty('grid-template-columns', this.template);
        this.drawHead();
        this.redraw();
    }

    drawHead() {
        const {terms} = this;
        /** @type {HTMLInputElement | null} */
        const all = terms.canSelect ? h('input', {
            type: 'checkbox', 'aria-label': 'Select all rows that are loaded', on: {
                change: () => this.selection.setAll(all !== null && all.checked
                    ? this.rows.map(terms.keyOf) : []),
            },
        }) : null;

        this.all = all;
        replace(this.head, all === null ? null : h('div', {role: 'columnheader', class: 'grid-cell'}, all),
            this.columns.map((column) => {
                const way = column.sort === undefined ? null : this.order === column.sort ? 'ascending'
                    : this.order === `-${column.sort}` ? 'descending' : 'none';
                const sign = way === 'ascending' ? ' ▲' : way === 'descending' ? ' ▼' : '';

                return h('div', {role: 'columnheader', class: `grid-cell ${column.class ?? ''}`,
                    'aria-sort': way}, column.sort === undefined ? column.title
                    : h('button', {type: 'button', on: {click: () => this.sortBy(column)}}, column.title,
                        h('span', {'aria-hidden': 'true'}, sign)));
            }));
    }

    /** @param {Column<R>} column */
    sortBy(column) {
        this.order = orderAfter(this.order, /** @type {string} */ (column.sort));
        const i = this.columns.indexOf(column);

        this.drawHead();
        this.head.querySelectorAll(':scope > [role="columnheader"]')[i + (this.terms.canSelect ? 1 : 0)]
            ?.querySelector('button')?.focus();
        this.terms.onSort?.(this.order);
    }

    /** Draws soon; often asked, done once. */
    plan() {
        if (this.isPlanned)
            return;
        this.isPlanned = true;
        requestAnimationFrame(() => {
            this.isPlanned = false;
            this.draw();
        });
    }

    /** @param {number} index */
    erase(index) {
        const element = this.drawn.get(index);

        // Who was in a row that goes stays in the table.
        if (element?.contains(document.activeElement))
            this.element.focus({preventScroll: true});
        element?.remove();
        this.drawn.delete(index);
        this.shown.delete(index);
    }

    redraw() {
        [...this.drawn.keys()].forEach((index) => this.erase(index));
        this.draw();
    }

    /** Where each key stands. */
    placeOf(/** @type {string} */ key) {
        this.places ??= new Map(this.rows.map((row, i) => [this.terms.keyOf(row), i]));
        return this.places.get(key) ?? -1;
    }

    draw() {
        const {first, end} = windowOf({top: this.element.scrollTop, height: this.element.clientHeight,
            rowHeight: this.rowHeight, count: this.total, around: AROUND});

        for (const index of [...this.drawn.keys()]) {
            if (index < first || index >= end || this.shown.get(index) !== this.rows[index])
                this.erase(index);
        }
        for (let index = end - 1; index >= first; index--)
            this.drawRow(index);
        this.showActive();
        if (end > this.rows.length && !this.isAsked) {
            this.isAsked = true;
            this.terms.onMore?.();
        }
    }

    /** @param {number} index */
    drawRow(index) {
        if (this.drawn.has(index))
            return;
        const element = this.rowElement(index);

        this.drawn.set(index, element);
        this.shown.set(index, this.rows[index]);
        // In the order of the rows, for who reads it.
        this.body.insertBefore(element, this.drawn.get(index + 1) ?? null);
    }

    /** @param {number} index */
    rowElement(index) {
        const {terms} = this;
        const row = this.rows[index];
        const isSelected = row !== undefined && this.selection.has(terms.keyOf(row));
        const box = terms.canSelect && row !== undefined ? h('input', {
            type: 'checkbox', tabindex: -1, 'aria-label': 'Select', checked: isSelected,
        }) : null;
        const cells = row === undefined ? h('div', {role: 'gridcell', class: 'grid-cell faint'}, '…')
            : this.columns.map((column) => h('div', {role: 'gridcell',
                class: `grid-cell ${column.class ?? ''}`}, column.cell(row)));

        return h('div', {
            role: 'row', id: `${this.id}-${index}`, 'aria-rowindex': index + 2,
            class: `grid-row${terms.onOpen ? ' opens' : ''}`,
            'aria-selected': terms.canSelect ? String(isSelected) : null,
            css: {height: `${this.rowHeight}px`, 'grid-template-columns': this.template ?? '',
                transform: `translateY(${index * this.rowHeight}px)`},
            on: {click: (/** @type {MouseEvent} */ event) => this.onClick(event, index)},
        }, terms.canSelect ? h('div', {role: 'gridcell', class: 'grid-cell'}, box) : null, cells);
    }

    /** @param {MouseEvent} event @param {number} index */
    onClick(event, index) {
        const target = /** @type {Element} */ (event.target);
        const row = this.rows[index];

        this.activate(index);
        if (row === undefined || target.closest('a, button, select') !== null)
            return;
        const isBox = target instanceof HTMLInputElement ||
            (this.terms.canSelect && target.closest('.grid-cell')?.querySelector(':scope > input') !== null &&
            target.closest('.grid-cell') !== null);

        if (isBox || event.ctrlKey || event.shiftKey)
            this.select(index, event.shiftKey);
        else if (window.getSelection()?.isCollapsed !== false)
            this.terms.onOpen?.(row);
    }

    /** @param {number} index @param {boolean} isRange */
    select(index, isRange) {
        if (!this.terms.canSelect || this.rows[index] === undefined)
            return;
        if (isRange)
            this.selection.extend(index, (i) => this.terms.keyOf(this.rows[i]));
        else
            this.selection.toggle(this.terms.keyOf(this.rows[index]), index);
    }

    /** @param {number} index */
    activate(index) {
        this.active = index;
        this.showActive();
    }

    showActive() {
        for (const [index, element] of this.drawn)
            element.classList.toggle('active', index === this.active);
        if (this.drawn.has(this.active))
            this.element.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
        else
            this.element.removeAttribute('aria-activedescendant');
    }

    /** @param {number} index */
    moveTo(index) {
        const height = this.element.clientHeight - this.head.offsetHeight;

        this.element.scrollTop = topFor({top: this.element.scrollTop, height,
            rowHeight: this.rowHeight, index});
        this.draw();
        this.activate(index);
    }

    /** @param {KeyboardEvent} event */
    onKey(event) {
        if (event.target !== this.element)
            return;
        const next = indexAfter(event.key, this.active, {count: this.total,
            perPage: Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1)});
        const row = this.rows[this.active];

        if (next !== null) {
            this.moveTo(next);
            if (event.shiftKey)
                this.select(next, true);
        } else if (event.key === 'Enter' && row !== undefined) {
            this.terms.onOpen?.(row);
        } else if (event.key === ' ' && row !== undefined) {
            this.select(this.active, event.shiftKey);
        } else if (event.key === 'a' && event.ctrlKey && this.terms.canSelect) {
            this.selection.setAll(this.rows.map(this.terms.keyOf));
        } else {
            return;
        }
        event.preventDefault();
    }

    showSelection() {
        for (const [index, element] of this.drawn) {
            const row = this.rows[index];
            const isSelected = row !== undefined && this.selection.has(this.terms.keyOf(row));
            const box = element.querySelector('input');

            element.setAttribute('aria-selected', String(isSelected));
            if (box !== null)
                box.checked = isSelected;
        }
        if (this.all) {
            const n = this.selection.keys().size;

            this.all.checked = n > 0 && n >= this.rows.length;
            this.all.indeterminate = n > 0 && n < this.rows.length;
        }
    }

    /** @param {R[]} rows @param {number} total */
    setRows(rows, total) {
        const active = this.rows[this.active];
        const key = active === undefined ? null : this.terms.keyOf(active);

        this.rows = rows;
        this.total = Math.max(total, rows.length);
        this.isAsked = false;
        this.places = null;
        this.active = key === null ? -1 : this.placeOf(key);
        this.body.style.setProperty('height', `${this.total * this.rowHeight}px`);
        this.element.setAttribute('aria-rowcount', String(this.total + 1));
        this.empty.hidden = this.total > 0;
        this.draw();
        this.showSelection();
    }

    /** @param {R} row */
    update(row) {
        const index = this.placeOf(this.terms.keyOf(row));

        if (index < 0)
            return;
        this.rows[index] = row;
        this.shown.set(index, undefined); // it may be the same object
        this.draw();
    }
}

/**
 * @template R
 * @param {TableTerms<R>} terms
 * @returns {{
 *     element: HTMLElement, setRows: (rows: R[], total?: number) => void, update: (row: R) => void,
 *     selected: () => Set<string>, clearSelection: () => void
 * }} total: how many there are, if setRows brings the first of them only; update: one row, by its key
 */
export function createTable(terms) {
    const table = new Table(terms);

    return {
        element: table.frame,
        setRows: (rows, total = rows.length) => table.setRows([...rows], total),
        update: (row) => table.update(row),
        selected: () => new Set(table.selection.keys()),
        clearSelection: () => table.selection.setAll([]),
    };
}
