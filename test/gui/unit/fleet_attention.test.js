// What needs a hand first.
import assert from 'node:assert/strict';
import test from 'node:test';

import {concernsOf, FILTERS} from '../../../server/gui/page/fleet/attention.js';

/** @param {object} more */
function statusWith(more = {}) {
    return {
        broker: {connected: true, error: null, fault: null}, database: {fault: null},
        disk: {low: false}, rollouts: {paused: []}, enrolment: {pending: 0},
        certificates: {devices: {bad: 0, ending: 0}}, ...more,
    };
}

const NONE = {offline: 0, failed: 0, drifted: 0};

test('nothing is said of a fleet that is well', () => {
    assert.deepEqual(
        concernsOf({status: statusWith(), counts: NONE, chains: [], alerts: []}), []);
});

test('each is said, the worst first', () => {
    const found = concernsOf({
        status: statusWith({
            rollouts: {paused: [{name: 'spring / 1', reason: 'two failed'}]},
            enrolment: {pending: 1}, certificates: {devices: {bad: 1, ending: 2}},
        }),
        counts: {offline: 3, failed: 1, drifted: 1},
        chains: [{board: 'B', stranded: 4}, {board: 'C', stranded: 0}], alerts: [],
    });

    assert.deepEqual(found.map((concern) => concern.key), ['failed', 'offline', 'stranded-B',
        'bad-certificates', 'drifted', 'paused-spring / 1', 'ending', 'pending']);
    assert.equal(found[0].text, 'device reports an error');
    assert.equal(found[1].filter, FILTERS.offline);
    assert.equal(found[5].hash, '#/rollouts/spring%20%2F%201');
    assert.equal(found[5].text, 'Rollout spring / 1 is paused: two failed');
    assert.equal(found[7].text, 'device waits to be let in');
});

test('a broker that is away comes before everything', () => {
    const found = concernsOf({
        status: statusWith({broker: {connected: false, error: 'refused', fault: null},
            database: {fault: 'read only'}, disk: {low: true}}),
        counts: {...NONE, failed: 9}, chains: [], alerts: [],
    });

    assert.deepEqual(found.map((concern) => concern.key),
        ['broker', 'database', 'disk', 'failed']);
    assert.match(found[0].text, /refused/);
});

test('alerts that are counted already are not told twice', () => {
    const found = concernsOf({
        status: statusWith(), counts: NONE, chains: [],
        alerts: [{kind: 'device-offline', title: 'x', subject: 'a', detail: ''},
            {kind: 'device-restarts', title: 'it restarts', subject: '84f3eb000001', detail: '9 times'},
            {kind: 'backup-old', title: 'no backup', subject: '', detail: ''}],
    });

    assert.deepEqual(found.map((concern) => [concern.text, concern.hash]), [
        ['it restarts: 84f3eb000001 (9 times)', '#/devices/84f3eb000001'],
        ['no backup', '#/daemon']]);
});
