// What is known of devices on the way to their certificate, and what it means.

/**
 * @typedef {object} Enrolment
 * @property {string} mac
 * @property {'listed'|'pending'|'approved'|'rejected'|'enrolled'} state
 * @property {string|null} key_sha256
 * @property {string|null} claim
 * @property {string|null} address
 * @property {number|null} first_asked_ms
 * @property {number|null} last_asked_ms
 * @property {number} tries
 * @property {boolean} needs_code
 * @property {number} wrong_codes
 * @property {string|null} decided_by
 * @property {number|null} decided_at_ms
 * @property {number} alarms
 * @property {number|null} alarm_at_ms
 * @property {string|null} alarm_key_sha256
 * @property {string|null} serial
 * @property {string|null} trouble
 * @property {number|null} trouble_at_ms
 *
 * @typedef {object} Window_
 * @property {boolean} on
 * @property {string} policy
 * @property {number|null} open_until_ms
 * @property {number|null} open_at_most
 * @property {number|null} open_let_in
 * @property {number} listed
 * @property {number} pending
 * @property {number} approved
 * @property {number} rejected
 * @property {number} enrolled
 */

const KEY_SHOWN = 16;
const MACS_MAX = 10000;

/** @type {Record<string, [string, string]>} */
const STATES = {
    listed: ['off', 'registered'],
    pending: ['warn', 'waits for you'],
    approved: ['busy', 'approved'],
    rejected: ['bad', 'rejected'],
    enrolled: ['good', 'enrolled'],
};

/**
 * Kind and word of a state's badge.
 * @param {string} state
 * @returns {[string, string]}
 */
export function stateOf(state) {
    return STATES[state] ?? ['off', state];
}

/**
 * The beginning of a key's SHA-256, as the command line shows it.
 * @param {string|null} sha256
 */
export function keyShown(sha256) {
    return sha256 === null ? '' : sha256.slice(0, KEY_SHOWN);
}

/** @param {number} n @param {string} one */
const counted = (n, one) => `${n} ${one}${n === 1 ? '' : 's'}`;

/**
 * What is worth a word beside the state, or "".
 * @param {Enrolment} it
 */
export function noteOf(it) {
    if (it.trouble !== null)
        return it.trouble;
    if (it.alarms > 0) {
        const key = it.alarm_key_sha256 === null ? '' : `, key ${keyShown(it.alarm_key_sha256)}`;

        return `refused ${counted(it.alarms, 'other request')}${key}`;
    }
    if (it.wrong_codes > 0)
        return counted(it.wrong_codes, 'wrong code');
    return it.needs_code ? 'needs its code' : '';
}

/**
 * Whether that note tells of something amiss.
 * @param {Enrolment} it
 */
export function isAmiss(it) {
    return it.trouble !== null || it.alarms > 0 || it.wrong_codes > 0;
}

/**
 * Those that wait, who asked first at the top.
 * @param {Enrolment[]} all
 */
export function queueOf(all) {
    return all
        .filter((it) => it.state === 'pending')
        .sort((a, b) => (a.first_asked_ms ?? 0) - (b.first_asked_ms ?? 0) || (a.mac < b.mac ? -1 : 1));
}

/**
 * Of a text that somebody has pasted: the MACs in it, in the form that the daemon has, each once.
 * @param {string} text separated by spaces, commas or lines; with or without : or -
 * @returns {{macs: string[], fault: string|null}} `fault`: what is wrong with the first that is none
 */
export function readMacs(text) {
    /** @type {Set<string>} */
    const macs = new Set();

    for (const word of text.split(/[\s,;]+/).filter((it) => it !== '')) {
        const mac = word.toLowerCase().replace(/[:-]/g, '');

        if (!/^[0-9a-f]{12}$/.test(mac))
            return {macs: [], fault: `"${word.slice(0, 40)}" is no MAC: 12 hex digits, as 84f3eb00a1b2`};
        macs.add(mac);
    }
    if (macs.size === 0)
        return {macs: [], fault: 'Name at least one MAC'};
    return macs.size > MACS_MAX
        ? {macs: [], fault: `At most ${MACS_MAX} at a time`}
        : {macs: [...macs], fault: null};
}

/**
 * Of "30m", "1h" or "2d": seconds, or null.
 * @param {string} text
 */
export function secondsOf(text) {
    const found = /^([1-9][0-9]{0,6})([smhd])$/.exec(text.trim());

    return found === null ? null : Number(found[1]) * {s: 1, m: 60, h: 3600, d: 86400}[
        /** @type {'s'|'m'|'h'|'d'} */ (found[2])
    ];
}

/**
 * Whether everybody is let in now.
 * @param {Window_} window
 * @param {number} nowMs
 */
export function isOpen(window, nowMs) {
    return (
        window.open_until_ms !== null &&
        window.open_until_ms > nowMs &&
        (window.open_let_in ?? 0) < (window.open_at_most ?? 0)
    );
}
