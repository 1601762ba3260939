// Carries out an order for many devices.

import {ApiError, post} from '../api/client.js';
import {filtersOf} from './bulk_plan.js';

const AT_ONCE = 4;

/** @typedef {{mac: string, message: string, canForce: boolean}} Refusal */
/**
 * @typedef {object} Mark what is said of each device
 * @property {string} verb of the path
 * @property {Record<string, string|null>} [query]
 * @property {any} [body]
 */

/**
 * Says it of one after the other, a few at once: what is done stays done if another is refused.
 * @param {Mark} mark
 * @param {string[]} macs
 * @param {{force: boolean, onProgress: (done: number, total: number) => void}} terms
 * @returns {Promise<{done: number, refused: Refusal[]}>}
 */
export async function markAll(mark, macs, {force, onProgress}) {
    /** @type {Refusal[]} */
    const refused = [];
    const waiting = [...macs];
    let done = 0;

    async function work() {
        for (let mac = waiting.shift(); mac !== undefined; mac = waiting.shift()) {
            try {
                await post(`/devices/${mac}/${mark.verb}`,
                    {query: {...mark.query, force: force ? '1' : null}, body: mark.body});
                done++;
            } catch (error) {
                if (!(error instanceof ApiError) || error.status === 0 || error.status === 401)
                    throw error;
                refused.push({mac, message: error.message, canForce: error.status === 409});
            }
            onProgress(done + refused.length, macs.length);
        }
    }

    await Promise.all(Array.from({length: AT_ONCE}, work));
    return {done, refused};
}

/**
 * Gives a command to them; durable when this returns.
 * @param {string} command
 * @param {import('./bulk_target.js').Target} target
 * @returns {Promise<any[]>} the commands
 */
export async function commandAll(command, target) {
    if (target.kind === 'filter') {
        const whom = target.filter === '' ? {all: true} : {filters: [target.filter]};

        return post('/commands', {body: {...whom, command}, key: true});
    }
    if (target.devices.length === 1)
        return post('/commands', {body: {mac: target.devices[0].mac, command}, key: true});
    const commands = [];

    for (const filter of filtersOf(target.devices.map((device) => device.mac)))
        commands.push(...await post('/commands', {body: {filters: [filter], command}, key: true}));
    return commands;
}
