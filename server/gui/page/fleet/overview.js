// Reads what the top of the fleet's page tells.

import {get} from '../api/client.js';
import {FILTERS} from './attention.js';
import {mergeChains} from './spread.js';

/**
 * @param {string} filter
 * @param {AbortSignal} signal
 * @returns {Promise<number>}
 */
async function count(filter, signal) {
    return (await get('/devices/count', {filter}, signal)).count;
}

/**
 * @param {string} board
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function chainOf(board, signal) {
    const path = `/chains/${encodeURIComponent(board)}`;
    const stable = await get(path, {}, signal);
    const isFollowed = stable.channels.some((/** @type {any} */ one) =>
        one.channel === 'beta' && one.devices > 0);

    return mergeChains(isFollowed ? [stable, await get(path, {channel: 'beta'}, signal)] : [stable]);
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
        chains: await Promise.all(
            boards.map((/** @type {any} */ one) => chainOf(one.board, signal)))};
}
