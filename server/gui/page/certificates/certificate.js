// Certificates: what their state means, and when how many of them end.

/**
 * @typedef {object} Certificate
 * @property {string} serial
 * @property {string|null} common_name
 * @property {string|null} mac
 * @property {'device'|'server'|'client'|'unknown'} kind
 * @property {string|null} role
 * @property {string} origin
 * @property {string|null} fingerprint
 * @property {number|null} not_before_ms
 * @property {number|null} not_after_ms
 * @property {number|null} known_at_ms
 * @property {'good'|'revoked'|'on-hold'|'expired'|'not-yet-valid'} state
 * @property {number|null} revoked_at_ms
 * @property {string|null} reason
 *
 * @typedef {object} Bucket how many end in a stretch of time
 * @property {number} fromMs
 * @property {number} toMs not in it any more
 * @property {number} count
 *
 * @typedef {object} Lane
 * @property {string} name
 * @property {Bucket[]} buckets only those in which any ends
 * @property {number} before how many ended before the line begins
 * @property {number} after how many end after the line ends
 * @property {number} most in one bucket
 */

export const DAY_MS = 24 * 3600 * 1000;

/** How long before its end a certificate counts as ending soon, as the daemon has it. */
export const SOON_DAYS = 30;

export const REASONS = [
    'keyCompromise',
    'superseded',
    'cessationOfOperation',
    'privilegeWithdrawn',
    'affiliationChanged',
    'certificateHold',
    'CACompromise',
    'unspecified',
];

/** @type {Record<string, ['good'|'bad'|'warn'|'busy'|'off', string]>} */
const STATES = {
    good: ['good', 'good'],
    revoked: ['bad', 'revoked'],
    'on-hold': ['bad', 'on hold'],
    expired: ['off', 'ended'],
    'not-yet-valid': ['busy', 'not yet valid'],
};

/**
 * Whether it is good now and ends soon.
 * @param {Certificate} it
 * @param {number} nowMs
 */
export function endsSoon(it, nowMs) {
    return it.state === 'good' && it.not_after_ms !== null && it.not_after_ms - nowMs < SOON_DAYS * DAY_MS;
}

/**
 * Kind and word of its badge.
 * @param {Certificate} it
 * @param {number} nowMs
 * @returns {['good'|'bad'|'warn'|'busy'|'off', string]}
 */
export function stateOf(it, nowMs) {
    return endsSoon(it, nowMs) ? ['warn', 'ends soon'] : (STATES[it.state] ?? ['off', it.state]);
}

/**
 * Those that count on the time line: a revoked one has ended already.
 * @param {Certificate} it
 */
export function counts(it) {
    return it.not_after_ms !== null && (it.state === 'good' || it.state === 'not-yet-valid' || it.state === 'expired');
}

/**
 * How many of one lane end when.
 * @param {string} name
 * @param {number[]} ends
 * @param {{fromMs: number, toMs: number, columns: number}} line
 * @returns {Lane}
 */
export function laneOf(name, ends, {fromMs, toMs, columns}) {
    const stepMs = (toMs - fromMs) / columns;
    /** @type {Map<number, number>} */
    const counted = new Map();
    let before = 0;
    let after = 0;

    for (const endMs of ends) {
        if (endMs < fromMs) {
            before += 1;
        } else if (endMs >= toMs) {
            after += 1;
        } else {
            const column = Math.min(columns - 1, Math.floor((endMs - fromMs) / stepMs));

            counted.set(column, (counted.get(column) ?? 0) + 1);
        }
    }

    const buckets = [...counted].sort(([a], [b]) => a - b).map(([column, count]) => ({
        fromMs: fromMs + column * stepMs,
        toMs: fromMs + (column + 1) * stepMs,
        count,
    }));

    return {name, buckets, before, after, most: Math.max(0, ...buckets.map((it) => it.count))};
}

/**
 * The lanes of all that is known, those first whose end hits most.
 * @param {Certificate[]} certificates
 * @param {{ca_not_after_ms: number|null, broker_not_after_ms: number|null}} own of the daemon's status
 * @param {{fromMs: number, toMs: number, columns: number}} line
 */
export function lanesOf(certificates, own, line) {
    /** @param {(number|null)[]} ends */
    const known = (ends) => /** @type {number[]} */ (ends.filter((it) => it !== null));
    /** @param {string} kind */
    const ofKind = (kind) => known(certificates.filter((it) => it.kind === kind && counts(it)).map((it) => it.not_after_ms));
    /** @type {[string, number[]][]} */
    const lanes = [
        ['The CA', known([own.ca_not_after_ms])],
        ['The broker', known([own.broker_not_after_ms])],
        ['Servers', ofKind('server')],
        ['People, programs', ofKind('client')],
        ['Devices', ofKind('device')],
    ];

    return lanes.filter(([, ends]) => ends.length > 0).map(([name, ends]) => laneOf(name, ends, line));
}

/**
 * Where a line that goes so far has its marks: the first of months or of years, not more than fit.
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {{ms: number, text: string}[]}
 */
export function marksOf(fromMs, toMs) {
    const months = (toMs - fromMs) / (30.44 * DAY_MS);
    const step = [1, 2, 3, 6, 12, 24, 60].find((it) => months / it <= 8) ?? 120;
    const first = new Date(fromMs);
    const marks = [];

    for (let month = 0; month <= months + step; month += 1) {
        const at = new Date(first.getFullYear(), first.getMonth() + month, 1);
        const index = at.getFullYear() * 12 + at.getMonth();

        if (at.getTime() >= fromMs && at.getTime() < toMs && index % step === 0) {
            const text = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;

            marks.push({ms: at.getTime(), text: step >= 12 ? text.slice(0, 4) : text});
        }
    }
    return marks;
}

/**
 * How far the line goes: a little further than the last end, or as far as was chosen.
 * @param {string} choice days, or "all"
 * @param {number[]} ends
 * @param {number} nowMs
 */
export function lineEnd(choice, ends, nowMs) {
    if (choice !== 'all')
        return nowMs + Number(choice) * DAY_MS;
    return ends.reduce((last, it) => Math.max(last, it), nowMs + SOON_DAYS * DAY_MS) + 3 * DAY_MS;
}

/**
 * What the table shows.
 * @param {Certificate[]} all
 * @param {{text: string, state: string, fromMs: number|null, toMs: number|null}} wish
 * @param {number} nowMs
 */
export function sift(all, {text, state, fromMs, toMs}, nowMs) {
    const part = text.trim().toLowerCase();

    return all
        .filter(
            (it) =>
                (state === '' || (state === 'soon' ? endsSoon(it, nowMs) : it.state === state)) &&
                (fromMs === null || (it.not_after_ms !== null && it.not_after_ms >= fromMs)) &&
                (toMs === null || (it.not_after_ms !== null && it.not_after_ms < toMs)) &&
                (part === '' ||
                    [it.serial, it.common_name, it.mac].some((word) => word?.toLowerCase().includes(part))),
        )
        .sort((a, b) => (a.not_after_ms ?? Infinity) - (b.not_after_ms ?? Infinity) || 0);
}
