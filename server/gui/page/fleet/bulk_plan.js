// What an order to many devices will do, before it is given.

/** Comparisons that fit one filter, with what joins them. */
const MACS_PER_FILTER = 30;

/**
 * @typedef {object} Meeting whom an order meets
 * @property {number} total
 * @property {number} online
 * @property {number} revoked
 * @property {number} held
 * @property {any[]} some of the devices
 */

/**
 * @param {any[]} devices
 * @param {number} most how many of them are kept
 * @returns {Meeting}
 */
export function meetingOf(devices, most = 10) {
    return {
        total: devices.length,
        online: devices.filter((device) => device.online).length,
        revoked: devices.filter((device) => device.revoked_at_ms !== null).length,
        held: devices.filter((device) => device.hold && device.revoked_at_ms === null).length,
        some: devices.slice(0, most),
    };
}

/**
 * What people call a device.
 * @param {any} device
 * @returns {string}
 */
export function calledOf(device) {
    return device.label?.name || device.name || device.mac;
}

/**
 * @param {number} n
 */
export function devicesOf(n) {
    return n === 1 ? '1 device' : `${n.toLocaleString('en')} devices`;
}

/**
 * A sentence for a command: those who are shut out or held get none.
 * @param {string} command
 * @param {Meeting} meeting
 */
export function commandSentence(command, meeting) {
    const out = meeting.revoked + meeting.held;
    const away = meeting.total - meeting.online;
    const parts = [`The command "${command}" is for ${devicesOf(meeting.total)}.`,
        `${meeting.online} ${meeting.online === 1 ? 'is' : 'are'} online now` +
            `${away > 0 ? `; for the others it waits until they are back` : ''}.`];

    if (out > 0)
        parts.push(`${devicesOf(out)} ${out === 1 ? 'gets' : 'get'} none: ` +
            `${meeting.revoked} revoked, ${meeting.held} held.`);
    return parts.join(' ');
}

/**
 * A sentence for what is said of devices (tags, hold …), which does not go to them.
 * @param {string} what as "Hold"
 * @param {string} effect what that means to each of them
 * @param {Meeting} meeting
 */
export function markSentence(what, effect, meeting) {
    return `${what}: ${devicesOf(meeting.total)}. ${effect}`;
}

/**
 * Filters that together are met by exactly these.
 * @param {string[]} macs
 * @returns {string[]}
 */
export function filtersOf(macs) {
    const filters = [];

    for (let at = 0; at < macs.length; at += MACS_PER_FILTER)
        filters.push(macs.slice(at, at + MACS_PER_FILTER).map((mac) => `mac=${mac}`).join(' or '));
    return filters;
}

/**
 * "a, b  c" as its words.
 * @param {string} text
 * @returns {string[]}
 */
export function wordsOf(text) {
    return text.split(/[\s,]+/).filter((word) => word !== '');
}

/**
 * What became of an order, for a notice.
 * @param {string} what
 * @param {number} done
 * @param {{mac: string, message: string}[]} refused
 */
export function outcomeOf(what, done, refused) {
    if (refused.length === 0)
        return `${what}: ${devicesOf(done)}.`;
    return `${what}: ${devicesOf(done)}; refused for ${refused.length}. ` +
        `The first: ${refused[0].mac}: ${refused[0].message}`;
}
