// All that is known of a device, as labels and values, and what is amiss with it.

/** @typedef {'text'|'number'|'bytes'|'time'|'duration'|'mac'|'dBm'} Shape */

/**
 * @typedef {object} Fact
 * @property {string} label
 * @property {Shape} shape
 * @property {any} value null: not known
 */

/** @type {[string, Shape, string][]} */
const FACTS = [
    ['Name it gives itself', 'text', 'name'],
    ['Image', 'text', 'image'],
    ['Build', 'text', 'build'],
    ['Address', 'text', 'ip'],
    ['Signal', 'dBm', 'rssi'],
    ['Free heap', 'bytes', 'free_heap_bytes'],
    ['Longest loop', 'duration', 'max_loop_ms'],
    ['Uptime', 'duration', 'uptime_ms'],
    ['Connected to the broker', 'duration', 'mqtt_ms'],
    ['Restarts seen', 'number', 'reboots'],
    ['Unreadable payloads', 'number', 'bad_payloads'],
    ['First seen', 'time', 'first_seen_ms'],
    ['Last seen', 'time', 'last_seen_ms'],
    ['MAC as it spells it', 'text', 'spelling'],
    ['Takes the place of', 'mac', 'replaces'],
    ['Its place was taken by', 'mac', 'replaced_by'],
    ['Gets config.json of', 'mac', 'config_of'],
];

/** Facts that are only shown where there is something to say. */
const ONLY_IF_KNOWN = ['spelling', 'replaces', 'replaced_by', 'config_of'];

/**
 * @param {any} device
 * @returns {Fact[]}
 */
export function factsOf(device) {
    const facts = FACTS.filter(([, , member]) =>
        !ONLY_IF_KNOWN.includes(member) || device[member] !== null)
        .map(([label, shape, member]) => ({label, shape, value: device[member] ?? null}));

    facts.push({label: 'Downloaded, not installed', shape: 'text',
        value: device.staged?.image ?? null});
    facts.push({label: 'Offered', shape: 'text', value: offerText(device.offer)});
    return facts;
}

/**
 * What it would get if it asked now, or why nothing.
 * @param {any} offer
 * @returns {string}
 */
export function offerText(offer) {
    const next = offer.next ?? 'the next image';
    /** @type {Record<string, string>} */
    const reasons = {
        'newest': 'nothing: nothing newer is published for it',
        'unknown-image': 'nothing: its image was never added',
        'key': `nothing: it cannot verify ${next}`,
        'layout': `nothing: ${next} is of another flash layout`,
        'held': 'nothing: it is held',
        'pin': `nothing: ${next} is beyond its pin`,
    };

    if (offer.rollout)
        return `nothing: ${next} is kept by rollout ${offer.rollout}`;
    return reasons[offer.reason ?? ''] ?? offer.image ?? 'nothing';
}

/**
 * @param {any} device
 * @returns {{kind: 'good'|'bad'|'off', text: string}}
 */
export function stateOf(device) {
    if (device.revoked_at_ms !== null)
        return {kind: 'off', text: 'revoked'};
    return device.online ? {kind: 'good', text: 'online'} : {kind: 'bad', text: 'offline'};
}

/**
 * Why it is in that state.
 * @param {any} device
 */
export function reasonText(device) {
    /** @type {Record<string, string>} */
    const reasons = {
        status: 'it reports', event: 'it sent an event, and no status since it came back',
        will: 'the broker lost it', silent: 'it has been silent for too long',
        never: 'it has never reported', revoked: 'it is shut out',
        certificate: 'the certificate with which it was connected was revoked',
    };

    return device.last_seen_ms === null ? 'it has never reported'
        : reasons[device.reason] ?? String(device.reason ?? '');
}

/**
 * @typedef {object} Trouble
 * @property {'bad'|'warn'|'off'} kind
 * @property {string} text
 * @property {number|null} atMs when that was last
 * @property {string} [excerpt]
 */

/**
 * @param {any} device
 * @returns {Trouble[]}
 */
function ofPayloads(device) {
    const faults = device.faults.map((/** @type {any} */ fault) => ({
        kind: 'warn', atMs: fault.at_ms, excerpt: fault.excerpt ?? '',
        text: `${fault.count} of its ${fault.topic} payloads cannot be read in full: ` +
            `${fault.reason} at byte ${fault.position}` +
            `${fault.more > 0 ? ` (and ${fault.more} more)` : ''}`,
    }));
    const out = device.left_out.map((/** @type {any} */ left) => ({
        kind: 'warn', atMs: left.at_ms,
        text: `It says too much: ${left.count} ${left.reason} were left out`,
    }));

    return [...faults, ...out];
}

/**
 * @param {any} device
 * @returns {Trouble[]}
 */
export function troublesOf(device) {
    /** @type {Trouble[]} */
    const found = [];
    const limit = device.broker_limit;

    if (device.error)
        found.push({kind: 'bad', text: `It reports: ${device.error}`, atMs: device.last_seen_ms});
    if (device.shared_identity_at_ms !== null)
        found.push({kind: 'bad', atMs: device.shared_identity_at_ms,
            text: 'Two devices used its certificate: issue a new one to each'});
    if (device.hold)
        found.push({kind: 'off', atMs: device.hold.at_ms, text: 'Held: nothing is changed on it' +
            ` (${device.hold.reason ?? 'no reason given'}, by ${device.hold.by ?? 'somebody'})`});
    if (device.ahead)
        found.push({kind: 'off', atMs: null, text: 'It follows stable, and its image is of beta: ' +
            'it stays on it until stable has a newer one'});
    if (limit)
        found.push({kind: 'warn', atMs: limit.at_ms, text: `The broker dropped ${limit.messages} ` +
            `messages of it (${limit.reason ?? 'no reason known'})`});
    return [...found, ...ofPayloads(device)];
}
