// Reads what the top of the fleet's page tells.

import {get} from '../api/client.js';
import {FILTERS} from './attention.js';

/**
 * @param {string} filter
 * @param {AbortSignal} signal
 * @returns {Promise<number>}
 */
async function count(filter, signal) {
    return (await get('/devices/count', {filter}, signal)).count;
}

/**
 * @param {any[]} boards
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>}
 */
function chainsOf(boards, signal) {
    return Promise.all(boards.map((board) =>
        get(`/chains/${encodeURIComponent(board.board)}`, {}, signal)));
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<import('./attention.js').Found & {boards: any[]}>}
 */
export async function readOverview(signal) {
    const [status, offline, failed, drifted, boards, alerts] = await Promise.all([
        get('/status', {}, signal), count(FILTERS.offline, signal), count(FILTERS.failed, signal),
        count(FILTERS.drifted, signal), get('/boards', {}, signal), get('/alerts', {}, signal),
    ]);

    return {status, counts: {offline, failed, drifted}, boards, alerts,
        chains: await chainsOf(boards, signal)};
}
