// What the daemon's state means: what is well, what is amiss, and what to do.

/** @typedef {'good' | 'bad' | 'warn' | 'off'} Kind */
/** @typedef {{name: string, kind: Kind, word: string, text: string, page?: string}} Check page: its hash */
/**
 * @typedef {{
 *     version: string, started_at_ms: number,
 *     broker: {connected: boolean, host: string, port: number, since_ms: number,
 *         error: string | null, fault: string | null},
 *     database: {fault: string | null},
 *     disk: {low: boolean, free_bytes: number, kept_free_bytes: number},
 *     devices: {total: number, online: number, revoked: number},
 *     revocations: {number: number, entries: number, fault: string | null, at_start: string | null,
 *         broker: {number: number | null, at_ms: number | null, error: string | null}},
 *     certificates: {ca_sha256: string[], ca_not_after_ms: number | null,
 *         server_not_after_ms: number | null, server_serial: string | null, server_revoked: boolean,
 *         broker_not_after_ms: number | null,
 *         devices: {total: number, bad: number, ending: number, first_mac: string | null,
 *             first_not_after_ms: number | null}},
 *     operator: {fingerprint: string} | null,
 *     enrolment: {on: boolean, policy: string | null, pending: number, open_until_ms: number | null},
 *     rollouts: {running: number, paused: {name: string, reason: string | null}[]},
 *     alerts: number, counters: {[name: string]: number}
 * }} Status
 */

const DAY_MS = 24 * 3600 * 1000;
const SOON_DAYS = 30;

/** @param {Status['broker']} it @returns {Check} */
function brokerCheck(it) {
    const at = `${it.host}:${it.port}`;

    if (!it.connected)
        return {name: 'Broker', kind: 'bad', word: 'not connected',
            text: [at, it.error, it.fault].filter((part) => part !== null).join(': ')};
    if (it.fault !== null)
        return {name: 'Broker', kind: 'bad', word: 'connected, but', text: it.fault};
    return {name: 'Broker', kind: 'good', word: 'connected', text: at};
}

/** @param {Status['revocations']} it @returns {Check} */
function revocationCheck(it) {
    const name = 'Who is shut out';

    if (it.fault !== null)
        return {name, kind: 'bad', word: 'cannot be written', text: it.fault};
    if (it.broker.number === null)
        return {name, kind: 'warn', word: 'not known',
            text: 'The broker has not said whether it goes by the list.'};
    if (it.broker.error !== null || it.broker.number < it.number)
        return {name, kind: 'bad', word: 'an older list',
            text: `The broker goes by list ${it.broker.number}, not ${it.number}` +
                (it.broker.error === null ? '.' : `: ${it.broker.error}`)};
    return {name, kind: 'good', word: 'enforced',
        text: `List ${it.number}, ${it.entries} ${it.entries === 1 ? 'entry' : 'entries'}, at the broker too.`};
}

/**
 * @param {string} name
 * @param {number | null} endMs
 * @param {number} nowMs
 * @returns {Check}
 */
function endCheck(name, endMs, nowMs) {
    if (endMs === null)
        return {name, kind: 'off', word: 'not known', text: ''};
    const days = Math.floor(Math.abs(endMs - nowMs) / DAY_MS);

    if (endMs <= nowMs)
        return {name, kind: 'bad', word: 'ended', text: `${days} days ago: issue another.`};
    if (endMs - nowMs < SOON_DAYS * DAY_MS)
        return {name, kind: 'warn', word: 'ends soon', text: `In ${days} days, and nobody has renewed it.`};
    return {name, kind: 'good', word: 'good', text: `Ends in ${days} days.`};
}

/** @param {Status['certificates']['devices']} it @returns {Check} */
function deviceCertificatesCheck(it) {
    const name = 'Devices\u2019 certificates';

    if (it.bad > 0)
        return {name, kind: 'bad', word: 'unusable',
            text: `${it.bad} of ${it.total} files are refused by their device.`};
    if (it.ending > 0)
        return {name, kind: 'warn', word: 'end soon', page: '#/certificates?state=soon',
            text: `${it.ending} of ${it.total} within ${SOON_DAYS} days.`};
    return {name, kind: 'good', word: 'good', text: `${it.total}, none ends within ${SOON_DAYS} days.`};
}

/** @param {Status} it @param {number} nowMs @returns {Check} */
function serverCheck(it, nowMs) {
    const name = 'This server\u2019s certificate';

    return it.certificates.server_revoked
        ? {name, kind: 'bad', word: 'revoked', text: 'Issue another with secureesp pki server, and reload.'}
        : endCheck(name, it.certificates.server_not_after_ms, nowMs);
}

/** @param {Status['rollouts']} it @returns {Check} */
function rolloutCheck(it) {
    return it.paused.length > 0
        ? {name: 'Rollouts', kind: 'bad', word: 'paused', text: it.paused.map((one) =>
            `${one.name}: ${one.reason ?? 'paused by hand'}`).join('; '), page: '#/rollouts'}
        : {name: 'Rollouts', kind: 'good', word: 'none is paused', text: `${it.running} under way.`};
}

/**
 * All that is looked at, what is amiss first.
 * @param {Status} it
 * @param {number} nowMs
 * @returns {Check[]}
 */
export function checksOf(it, nowMs) {
    /** @type {Check[]} */
    const all = [
        brokerCheck(it.broker),
        it.database.fault === null
            ? {name: 'Database', kind: 'good', word: 'writable', text: ''}
            : {name: 'Database', kind: 'bad', word: 'cannot be written', text: it.database.fault},
        it.disk.low
            ? {name: 'Disk', kind: 'bad', word: 'nearly full', text: 'History stops until there is room.'}
            : {name: 'Disk', kind: 'good', word: 'has room', text: ''},
        revocationCheck(it.revocations),
        endCheck('The CA\u2019s certificate', it.certificates.ca_not_after_ms, nowMs),
        serverCheck(it, nowMs),
        endCheck('The broker\u2019s certificate', it.certificates.broker_not_after_ms, nowMs),
        deviceCertificatesCheck(it.certificates.devices),
        rolloutCheck(it.rollouts),
    ];

    if (it.revocations.at_start !== null)
        all.push({name: 'At this start', kind: 'warn', word: 'amiss', text: it.revocations.at_start});
    if (it.enrolment.pending > 0)
        all.push({name: 'Enrolment', kind: 'warn', word: 'waits', text: `${it.enrolment.pending} wait for you.`,
            page: '#/enrolment'});
    return all.sort((a, b) => rankOf(a) - rankOf(b));
}

/** @param {Check} it */
function rankOf(it) {
    return ['bad', 'warn', 'off', 'good'].indexOf(it.kind);
}

/**
 * Counters that a text is part of, with what has come to them since an earlier reading.
 * @param {{[name: string]: number}} now
 * @param {{[name: string]: number}} earlier
 * @param {string} part
 * @param {boolean} onlyMoved
 */
export function countersOf(now, earlier, part, onlyMoved) {
    return Object.entries(now)
        .map(([name, value]) => ({name, value, more: value - (earlier[name] ?? value)}))
        .filter((it) => it.name.includes(part.trim().toLowerCase().replace(/ /g, '_')) &&
            (!onlyMoved || it.more !== 0))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}
