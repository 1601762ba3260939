// Reads the audit log from its end backwards, and what comes to it.

import {get, getPage} from '../api/client.js';
import {merge, stepBack} from './change.js';

/** @typedef {import('./change.js').Change} Change */
/** @typedef {{who: string, object: string, since_ms: number | null}} Wish */

const ENOUGH = 200;
const STEP = 500;
const STEP_MAX = 1 << 20;
const PAGE = 1000;

/**
 * Rows behind a number and up to another, all pages of them.
 * @param {Wish} wish
 * @param {number} after
 * @param {number} upTo
 * @param {AbortSignal} signal
 */
async function readBetween(wish, after, upTo, signal) {
    const query = {after, limit: Math.min(PAGE, Math.max(1, upTo - after)), who: wish.who || null,
        object: wish.object || null, since_ms: wish.since_ms};
    let page = await getPage('/audit', query, signal);
    /** @type {Change[]} */
    const rows = [];

    for (;;) {
        rows.push(...page.rows.filter((it) => it.number <= upTo));
        if (page.next === null || page.rows.some((it) => it.number >= upTo))
            return rows;
        page = await getPage(page.next, {}, signal);
    }
}

/**
 * One reading of the log by one wish.
 * @param {Wish} wish
 */
export function createAuditReader(wish) {
    /** @type {Change[]} */
    let rows = [];
    let newest = 0;
    let oldest = 0; // all that meets the wish behind it and up to newest is in rows
    let isBegun = false;

    return {
        rows: () => rows,
        isWhole: () => isBegun && oldest === 0,
        /**
         * What has come.
         * @param {AbortSignal} signal
         */
        async forward(signal) {
            const head = await get('/audit/head', {}, signal);

            if (!isBegun || head.number < newest) {
                rows = [];
                newest = oldest = head.number;
                isBegun = true;
                await this.back(signal);
            } else if (head.number > newest) {
                rows = merge(rows, await readBetween(wish, newest, head.number, signal));
                newest = head.number;
            }
        },
        /**
         * More of what was, further and further back until it is enough.
         * @param {AbortSignal} signal
         */
        async back(signal) {
            const wanted = rows.length + ENOUGH;

            for (let step = STEP; oldest > 0 && rows.length < wanted; step = Math.min(step * 4, STEP_MAX)) {
                const after = stepBack(oldest + 1, step);

                rows = merge(rows, await readBetween(wish, after, oldest, signal));
                oldest = after;
            }
        },
    };
}
