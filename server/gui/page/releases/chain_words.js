// What is said of an image in a chain, in sentences.
import {keyName} from './chain_layout.js';

/** @typedef {import('./release_types.js').ChainImage} ChainImage */
/** @typedef {import('./release_types.js').Image} Image */
/** @typedef {import('./release_types.js').Fault} Fault */

/**
 * @param {number} n
 * @param {string} [one]
 */
export function count(n, one = 'device') {
    return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;
}

/** @param {readonly import('./release_types.js').KeyReference[]} keys */
export function keyNames(keys) {
    return keys.length === 0 ? 'no known key' : `key ${keys.map(keyName).join(' and ')}`;
}

/** @param {Image} image */
export function signature(image) {
    return `signed by ${image.signer ? `key ${keyName(image.signer)}` : 'no known key'}, ` +
        `carries ${keyNames(image.embeds)}`;
}

/** @param {Fault} fault */
export function faultSentence(fault) {
    const next = fault.next ?? 'a later image';

    if (fault.obstacle === 'layout')
        return `${next} is made for another flash layout: a device on ${fault.image} would never start again.`;
    if (fault.obstacle === 'key')
        return `${next} is signed by key ${keyName(fault.key)}, which ${fault.image} does not carry. ` +
            `Publish an image between them: signed by a key that ${fault.image} carries, and carrying key ${keyName(fault.key)}.`;
    return `Devices come to ${fault.image} and no further.`;
}

/**
 * What a device that runs the image is offered, and why if it is nothing.
 * @param {ChainImage} image
 */
export function nextSentence(image) {
    const lost = image.fault ? ` ${faultSentence(image.fault)}` : '';

    if (image.kept_by !== null && image.next !== null)
        return `The next image, ${image.next}, is kept from devices that rollout ${image.kept_by} has not reached` +
            `${image.kept_next ? `; these are offered ${image.kept_next}` : ''}.${lost}`;
    if (image.next !== null)
        return `A device on it is offered ${image.next}.${lost}`;
    if (image.fault)
        return faultSentence(image.fault);
    if (image.ahead)
        return 'It is newer than all of channel stable: devices stay on it until stable has come further.';
    return image.state === 'published' ? 'It is the newest: nothing follows it.' : 'Nothing that is published follows it.';
}

/**
 * What stands in the way of publishing, as far as the image itself tells; null: nothing.
 * @param {Image} image
 */
export function obstacleOf(image) {
    if (image.signer === null)
        return 'No known key verifies its signature: add the key that signed it first, if it is yours.';
    if (image.embeds.length === 0)
        return 'The key that it carries is not known: devices that run it could not be offered a successor.';
    return null;
}

/**
 * One line for a screen reader.
 * @param {ChainImage} image
 */
export function describe(image) {
    const channel = image.channel === 'beta' && image.state === 'published' ? ' to beta' : '';
    const must = image.must_pass ? ', must be passed through' : '';

    return `${image.name}: ${image.state}${channel}${must}, ${signature(image)}, ${count(image.devices)} on it. ${nextSentence(image)}`;
}
