// What needs a hand first, out of what the daemon counts.

/**
 * @typedef {object} Concern something that waits for somebody
 * @property {string} key
 * @property {'bad'|'warn'|'busy'} kind
 * @property {number|null} count
 * @property {string} text a sentence's end behind the count, or a whole one without
 * @property {string} [filter] shows the devices of it in the table
 * @property {string} [hash] the page where it is dealt with
 */

/**
 * @typedef {object} Found what was asked for
 * @property {any} status
 * @property {{offline: number, failed: number, drifted: number}} counts
 * @property {any[]} chains one of each board
 * @property {any[]} alerts
 */

export const FILTERS = {
    offline: 'state=offline state!=revoked',
    failed: 'error!=""',
    drifted: 'drifted=yes',
};

/** @type {string[]} alerts that are told here already, as one line or by a count */
const TOLD = ['broker-lost', 'broker-fault', 'database-fault', 'rollout-paused', 'enrolment-waiting',
    'device-offline', 'disk-low'];

/**
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
function word(n, one, many) {
    return n === 1 ? one : many;
}

/**
 * @param {any} status
 * @returns {Concern[]}
 */
function ofTheDaemon(status) {
    /** @type {Concern[]} */
    const found = [];

    if (!status.broker.connected)
        found.push({key: 'broker', kind: 'bad', count: null, hash: '#/daemon',
            text: `The broker cannot be reached: nothing of the devices is new` +
                `${status.broker.error ? ` (${status.broker.error})` : ''}.`});
    else if (status.broker.fault)
        found.push({key: 'broker', kind: 'bad', count: null, hash: '#/daemon',
            text: status.broker.fault});
    if (status.database.fault)
        found.push({key: 'database', kind: 'bad', count: null, hash: '#/daemon',
            text: status.database.fault});
    if (status.disk.low)
        found.push({key: 'disk', kind: 'bad', count: null, hash: '#/daemon',
            text: 'The disk is nearly full: no history is kept.'});
    return found;
}

/**
 * @param {{offline: number, failed: number, drifted: number}} counts
 * @returns {Concern[]}
 */
function ofDevices(counts) {
    return [
        {key: 'failed', kind: 'bad', count: counts.failed, filter: FILTERS.failed,
            text: `${word(counts.failed, 'device reports', 'devices report')} an error`},
        {key: 'offline', kind: 'bad', count: counts.offline, filter: FILTERS.offline,
            text: `${word(counts.offline, 'device is', 'devices are')} offline`},
        {key: 'drifted', kind: 'warn', count: counts.drifted, filter: FILTERS.drifted,
            text: `${word(counts.drifted, 'device runs', 'devices run')} another ` +
                'configuration than wanted'},
    ];
}

/**
 * @param {any[]} chains
 * @returns {Concern[]}
 */
function stranded(chains) {
    return chains.filter((chain) => chain.stranded > 0).map((chain) => ({
        key: `stranded-${chain.board}`, kind: 'bad', count: chain.stranded,
        hash: `#/releases/${encodeURIComponent(chain.board)}`,
        text: `${word(chain.stranded, 'device', 'devices')} of ${chain.board} ` +
            'cannot come to the newest image',
    }));
}

/**
 * @param {any} status
 * @returns {Concern[]}
 */
function paused(status) {
    return status.rollouts.paused.map((/** @type {any} */ rollout) => ({
        key: `paused-${rollout.name}`, kind: 'warn', count: null,
        hash: `#/rollouts/${encodeURIComponent(rollout.name)}`,
        text: `Rollout ${rollout.name} is paused${rollout.reason ? `: ${rollout.reason}` : ''}`,
    }));
}

/**
 * @param {any} status
 * @returns {Concern[]}
 */
function ofCertificates(status) {
    const {bad, ending} = status.certificates.devices;

    return [
        {key: 'bad-certificates', kind: 'bad', count: bad, hash: '#/certificates',
            text: `${word(bad, 'device has', 'devices have')} a certificate that it would refuse`},
        {key: 'ending', kind: 'warn', count: ending, hash: '#/certificates',
            text: `${word(ending, 'device has', 'devices have')} a certificate ` +
                'that ends within 30 days'},
    ];
}

/**
 * @param {any} status
 * @returns {Concern[]}
 */
function ofEnrolment(status) {
    const n = status.enrolment.pending;

    return [{key: 'pending', kind: 'busy', count: n, hash: '#/enrolment',
        text: `${word(n, 'device waits', 'devices wait')} to be let in`}];
}

/**
 * Alerts that nothing else here tells of.
 * @param {any[]} alerts
 * @returns {Concern[]}
 */
function others(alerts) {
    return alerts.filter((alert) => !TOLD.includes(alert.kind)).map((alert) => ({
        key: `alert-${alert.kind}-${alert.subject}`, kind: 'warn', count: null,
        hash: /^[0-9a-f]{12}$/.test(alert.subject) ? `#/devices/${alert.subject}` : '#/daemon',
        text: `${alert.title}${alert.subject ? `: ${alert.subject}` : ''}` +
            `${alert.detail ? ` (${alert.detail})` : ''}`,
    }));
}

/**
 * The worst first; nothing that counts none.
 * @param {Found} found
 * @returns {Concern[]}
 */
export function concernsOf(found) {
    const all = [...ofTheDaemon(found.status), ...ofDevices(found.counts),
        ...stranded(found.chains), ...paused(found.status), ...ofCertificates(found.status),
        ...ofEnrolment(found.status), ...others(found.alerts)];
    const rank = {bad: 0, warn: 1, busy: 2};

    return all.filter((concern) => concern.count === null || concern.count > 0)
        .sort((a, b) => rank[a.kind] - rank[b.kind]);
}
