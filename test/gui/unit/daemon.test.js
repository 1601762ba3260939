import assert from 'node:assert/strict';
import {test} from 'node:test';
import {checksOf, countersOf} from '../../../server/gui/page/daemon/checks.js';
import {fileNameOf} from '../../../server/gui/page/daemon/backup.js';
import {eventsOf, stateOf} from '../../../server/gui/page/daemon/webhooks_part.js';

const NOW = Date.UTC(2026, 0, 15);
const FAR = NOW + 400 * 24 * 3600 * 1000;

/** @returns {import('../../../server/gui/page/daemon/checks.js').Status} */
function wellStatus() {
    return {
        version: '1', started_at_ms: 0,
        broker: {connected: true, host: 'localhost', port: 8883, since_ms: 0, error: null, fault: null},
        database: {fault: null}, disk: {low: false, free_bytes: 1, kept_free_bytes: 1},
        devices: {total: 3, online: 3, revoked: 0},
        revocations: {number: 2, entries: 1, fault: null, at_start: null,
            broker: {number: 2, at_ms: 0, error: null}},
        certificates: {ca_sha256: ['aa'], ca_not_after_ms: FAR, server_not_after_ms: FAR,
            server_serial: '1', server_revoked: false, broker_not_after_ms: FAR,
            devices: {total: 3, bad: 0, ending: 0, first_mac: null, first_not_after_ms: null}},
        operator: null, enrolment: {on: true, policy: 'listed', pending: 0, open_until_ms: null},
        rollouts: {running: 0, paused: []}, alerts: 0, counters: {},
    };
}

test('nothing is amiss where all is well', () => {
    assert.deepEqual([...new Set(checksOf(wellStatus(), NOW).map((it) => it.kind))], ['good']);
});

/** @type {[string, (it: ReturnType<typeof wellStatus>) => void, string, RegExp][]} */
const FAULTS = [
    ['the broker is away', (it) => {
        it.broker = {...it.broker, connected: false, error: 'refused'};
    }, 'bad', /localhost:8883: refused/],
    ['the broker has a fault', (it) => {
        it.broker.fault = 'no plugin';
    }, 'bad', /no plugin/],
    ['the database', (it) => {
        it.database.fault = 'read-only';
    }, 'bad', /read-only/],
    ['the disk', (it) => {
        it.disk.low = true;
    }, 'bad', /History stops/],
    ['the list cannot be written', (it) => {
        it.revocations.fault = 'no room';
    }, 'bad', /no room/],
    ['an older list', (it) => {
        it.revocations.broker.number = 1;
    }, 'bad', /goes by list 1, not 2/],
    ['a list refused', (it) => {
        it.revocations.broker.error = 'torn';
    }, 'bad', /torn/],
    ['a silent broker', (it) => {
        it.revocations.broker.number = null;
    }, 'warn', /has not said/],
    ['amiss at the start', (it) => {
        it.revocations.at_start = 'newer list';
    }, 'warn', /newer list/],
    ['the CA ends', (it) => {
        it.certificates.ca_not_after_ms = NOW + 1;
    }, 'warn', /In 0 days/],
    ['the CA has ended', (it) => {
        it.certificates.ca_not_after_ms = NOW;
    }, 'bad', /0 days ago/],
    ['the server is revoked', (it) => {
        it.certificates.server_revoked = true;
    }, 'bad', /pki server/],
    ['the broker\u2019s end is not known', (it) => {
        it.certificates.broker_not_after_ms = null;
    }, 'off', /^$/],
    ['bad files', (it) => {
        it.certificates.devices.bad = 1;
    }, 'bad', /1 of 3/],
    ['files that end', (it) => {
        it.certificates.devices.ending = 2;
    }, 'warn', /2 of 3/],
    ['a paused rollout', (it) => {
        it.rollouts.paused = [{name: 'r1', reason: 'too many failures'}];
    }, 'bad', /r1: too many failures/],
    ['who waits', (it) => {
        it.enrolment.pending = 2;
    }, 'warn', /2 wait/],
];

for (const [name, break_, kind, text] of FAULTS) {
    test(`${name} comes first`, () => {
        const status = wellStatus();

        break_(status);
        const [first] = checksOf(status, NOW);

        assert.equal(first.kind, kind);
        assert.match(first.text, text);
    });
}

test('counters are found by part, and by whether they move', () => {
    const now = {statuses_read: 5, events_read: 2, new_one: 1};
    const earlier = {statuses_read: 3, events_read: 2};

    assert.deepEqual(countersOf(now, earlier, '', false).map((it) => [it.name, it.more]),
        [['events_read', 0], ['new_one', 0], ['statuses_read', 2]]);
    assert.deepEqual(countersOf(now, earlier, 'S Read', false).map((it) => it.name),
        ['events_read', 'statuses_read']);
    assert.deepEqual(countersOf(now, earlier, '', true).map((it) => it.name), ['statuses_read']);
});

test('a backup has a name that sorts by time', () => {
    assert.equal(fileNameOf(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), 'secureesp-20260102T030405Z.tar');
});

test('how a webhook does', () => {
    const plain = {name: 'x', url: 'https://x', events: [], filter: null,
        state: /** @type {'on'} */ ('on'), queued: 0, oldest_at_ms: null, sent: 0, failed: 0,
        given_up: 0, dropped: 0, last: {message: 'm', at_ms: 0, status: 200, error: null}};

    assert.equal(stateOf(plain)[0], 'good');
    assert.equal(stateOf({...plain, dropped: 1})[0], 'warn');
    assert.equal(stateOf({...plain, last: null})[0], 'off');
    assert.equal(stateOf({...plain, last: {...plain.last, status: 500}})[1], 'answers 500');
    assert.equal(stateOf({...plain, last: {...plain.last, status: null, error: 'refused'}})[1], 'refused');
    assert.equal(stateOf({...plain, state: 'gone'})[0], 'bad');
    assert.deepEqual(eventsOf(' trial, alert-*\nx '), ['trial', 'alert-*', 'x']);
});
