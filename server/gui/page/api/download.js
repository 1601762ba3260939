// A long answer that is no JSON, with a count of what has come.

import {errorOf, urlOf} from './client.js';

/**
 * @param {string} path below /api/v1, asked by POST
 * @param {(n: number) => void} onProgress bytes so far
 * @returns {Promise<Blob>} what breaks off is an error, and no blob
 */
export async function postForBlob(path, onProgress) {
    const response = await fetch(urlOf(path), {method: 'POST', credentials: 'same-origin'});

    if (!response.ok || response.body === null)
        throw errorOf(response.status, await response.text());
    let n = 0;
    const counted = response.body.pipeThrough(new TransformStream({
        transform(/** @type {Uint8Array} */ piece, control) {
            n += piece.length;
            onProgress(n);
            control.enqueue(piece);
        },
    }));

    return new Response(counted).blob();
}
