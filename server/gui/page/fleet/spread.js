// How the devices of a board are spread over its images.

/**
 * @typedef {object} Part of a board's devices
 * @property {string} image
 * @property {number} devices
 * @property {number} share of the board's, 0 to 1
 * @property {'newest'|'older'|'beta'|'withdrawn'|'unknown'} state
 * @property {string} filter
 */

/**
 * @typedef {object} Spread
 * @property {string} board
 * @property {number} devices
 * @property {Part[]} parts the newest first; only images that a device runs, and the newest
 */

/**
 * A value as the filter language reads it.
 * @param {string} text
 */
export function quoted(text) {
    return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/**
 * @param {any} image
 * @param {string|null} newest
 * @returns {Part['state']}
 */
function stateOf(image, newest) {
    if (image.name === newest)
        return 'newest';
    if (image.state === 'published')
        return image.channel === 'beta' ? 'beta' : 'older';
    return image.state === 'withdrawn' ? 'withdrawn' : 'older';
}

/**
 * A board's chain as each channel sees it, as one: its images with all their devices.
 * @param {any[]} chains of one board, at least one
 * @returns {any}
 */
export function mergeChains(chains) {
    const [first, ...others] = chains;

    return {...first, images: first.images.map((/** @type {any} */ image) => ({...image,
        devices: others.reduce((sum, chain) => sum + (chain.images.find(
            (/** @type {any} */ one) => one.name === image.name)?.devices ?? 0), image.devices)}))};
}

/**
 * @param {any} chain of all channels
 * @param {string|null} newest
 * @returns {Spread}
 */
export function spreadOf(chain, newest) {
    /** @type {{image: string, devices: number, state: Part['state']}[]} */
    const known = chain.images.map((/** @type {any} */ image) => ({
        image: image.name, devices: image.devices, state: stateOf(image, newest),
    })).reverse();
    const unknown = chain.unknown.map((/** @type {any} */ entry) => ({
        image: entry.image, devices: entry.devices, state: 'unknown',
    }));
    const rows = [...known, ...unknown].filter((row) => row.devices > 0 || row.state === 'newest');
    const devices = rows.reduce((sum, row) => sum + row.devices, 0);

    return {board: chain.board, devices, parts: rows.map((row) => ({
        ...row, share: devices > 0 ? row.devices / devices : 0,
        filter: `image=${quoted(row.image)}`,
    }))};
}

/**
 * The sentence that a bar is for who does not see it.
 * @param {Spread} spread
 */
export function sentenceOf(spread) {
    const parts = spread.parts.map((part) => `${part.devices} on ${part.image} (${part.state})`);

    return `${spread.board}: ${spread.devices} ${spread.devices === 1 ? 'device' : 'devices'}` +
        `${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/**
 * Devices of no board that has images here, and the filter that shows them.
 * @param {Spread[]} spreads
 * @param {number} total
 */
export function restOf(spreads, total) {
    const devices = total - spreads.reduce((sum, spread) => sum + spread.devices, 0);

    return {devices: Math.max(0, devices),
        filter: spreads.map((spread) => `board!=${quoted(spread.board)}`).join(' ')};
}
