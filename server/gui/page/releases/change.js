// A change of one thing: only if it still is as it was seen, and if the daemon refuses, asked again.

import {ApiError, getTagged, post} from '../api/client.js';
import {confirmAction} from '../ui/dialog.js';

/**
 * @param {string} path
 * @returns {Promise<{value: any, state: string | null}>} state: for ifMatch; null: nobody has changed
 *     it yet, so that it has none
 */
export async function readState(path) {
    const {value, tag} = await getTagged(path);

    return {value, state: tag !== null && tag.includes('.') ? tag : null};
}

/**
 * @param {string} path
 * @param {{query?: {[name: string]: string | number}, ifMatch: string | null}} terms
 * @returns {Promise<any>}
 */
export async function change(path, terms) {
    try {
        return await post(path, terms);
    } catch (error) {
        if (error instanceof ApiError && error.code === 'precondition-failed')
            throw new Error('Somebody else has changed it meanwhile, so nothing was done. Look how it is now, and repeat this if it still is right.');
        throw error;
    }
}

/**
 * Does it; where the daemon refuses because of what would happen to devices, says why, and asks
 * whether it is meant all the same.
 * @param {{path: string, query?: {[name: string]: string | number}, ifMatch: string | null, action: string}} terms
 * @returns {Promise<boolean>} whether it is done
 */
export async function changeOrAsk({path, query, ifMatch, action}) {
    try {
        await change(path, {query, ifMatch});
        return true;
    } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'conflict')
            throw error;
        const isMeant = await confirmAction({
            title: 'The daemon refuses', sentence: error.message, action: `${action} all the same`, danger: true,
        });

        if (!isMeant)
            return false;
    }
    await change(path, {query: {...query, force: 1}, ifMatch});
    return true;
}
