// What the daemon found out about an image that was sent to it, before it counts.
import {keyName} from './chain_layout.js';
import {keyNames} from './chain_words.js';

/** @typedef {import('./release_types.js').Image} Image */
/** @typedef {import('./release_types.js').Verdict} Verdict */
/** @typedef {{kind: 'good' | 'warn' | 'bad', text: string}} Finding */

export const IMAGE_FILE_MAX = 16 * 1024 * 1024;

/**
 * Whether a file can be an image at all; null: it may be.
 * @param {{name: string, size: number}} file
 */
export function refuseFile(file) {
    if (file.size === 0)
        return `${file.name} is empty.`;
    if (file.size > IMAGE_FILE_MAX)
        return `${file.name} is larger than 16 MiB: no image is.`;
    return null;
}

/**
 * @param {Image & {already_there?: boolean}} image as it was answered
 * @param {Verdict} verdict of what was stored
 * @param {string | null} localSha256 of the file here, hex; null: not known
 * @returns {Finding[]}
 */
export function findings(image, verdict, localSha256) {
    const isSame = localSha256 === null || localSha256 === verdict.sha256;
    /** @type {Finding[]} */
    const list = [];

    list.push(verdict.stored_ok && isSame
        ? {kind: 'good', text: `stored whole: SHA-256 ${verdict.sha256}`}
        : {kind: 'bad', text: 'what is stored is not what was sent: remove it and upload it again'});
    if (verdict.signature_ok && verdict.signer)
        list.push({kind: 'good', text: `signature verified with key ${keyName(verdict.signer)}`});
    else
        list.push({kind: 'bad', text: 'no known key verifies its signature'});
    list.push(image.embeds.length > 0
        ? {kind: 'good', text: `carries ${keyNames(image.embeds)}: that may sign its successor`}
        : {kind: 'warn', text: 'the key that it carries is not known: nothing could follow it'});
    list.push(image.layout
        ? {kind: 'good', text: `made for the flash layout "${image.layout}"`}
        : {kind: 'warn', text: 'its first bytes do not tell for which flash layout it is made'});
    return list;
}

/** @param {Finding[]} list */
export function mayPublish(list) {
    return list.every((finding) => finding.kind !== 'bad');
}
