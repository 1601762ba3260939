// Which rows of a long table are drawn, and where the focus goes: arithmetic alone.

/**
 * The rows to be drawn: those that are seen, and some around them.
 * @param {{top: number, height: number, rowHeight: number, count: number, around: number}} view
 *     top: how far it is scrolled
 * @returns {{first: number, end: number}} end: behind the last
 */
export function windowOf({top, height, rowHeight, count, around}) {
    const first = Math.max(0, Math.min(count, Math.floor(Math.max(0, top) / rowHeight) - around));
    const end = Math.min(count, Math.ceil((Math.max(0, top) + height) / rowHeight) + around);

    return {first, end: Math.max(first, end)};
}

/**
 * How far to scroll so that a row is seen whole.
 * @param {{top: number, height: number, rowHeight: number, index: number}} view
 * @returns {number} the new top
 */
export function topFor({top, height, rowHeight, index}) {
    if (index * rowHeight < top)
        return index * rowHeight;
    if ((index + 1) * rowHeight > top + height)
        return Math.max(0, (index + 1) * rowHeight - height);
    return top;
}

/**
 * @param {string} key of the keyboard
 * @param {number} index of the active row, -1: none
 * @param {{count: number, perPage: number}} view
 * @returns {number | null} the row that is active then; null: the key moves nothing
 */
export function indexAfter(key, index, {count, perPage}) {
    /** @type {{[key: string]: number}} */
    const to = {ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: count - 1,
        PageDown: index + perPage, PageUp: index - perPage};

    if (!(key in to) || count === 0)
        return null;
    return Math.max(0, Math.min(count - 1, to[key]));
}

/**
 * The order after a press on a column: up, then down, then up again.
 * @param {string} order that is in force, "-" before it: the other way round
 * @param {string} column
 * @returns {string}
 */
export function orderAfter(order, column) {
    return order === column ? `-${column}` : column;
}
