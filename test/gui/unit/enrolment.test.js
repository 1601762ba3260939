import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
    isAmiss, isOpen, keyShown, noteOf, queueOf, readMacs, secondsOf, stateOf,
} from '../../../server/gui/page/enrolment/enrolment.js';

const PLAIN = {
    mac: '84f3eb000001', state: /** @type {'pending'} */ ('pending'), key_sha256: 'ab'.repeat(32),
    claim: null, address: '192.0.2.1', first_asked_ms: 10, last_asked_ms: 20, tries: 2,
    needs_code: false, wrong_codes: 0, decided_by: null, decided_at_ms: null, alarms: 0,
    alarm_at_ms: null, alarm_key_sha256: null, serial: null, trouble: null, trouble_at_ms: null,
};

test('MACs are read as people write them, each once', () => {
    assert.deepEqual(readMacs('84:F3:EB:00:00:01, 84-f3-eb-00-00-02\n84f3eb000001'),
        {macs: ['84f3eb000001', '84f3eb000002'], fault: null});
});

test('what is no MAC is named, and nothing is registered', () => {
    for (const text of ['84f3eb00000', '84f3eb0000011', '84f3eb00000g', '84f3eb000001 x']) {
        const {macs, fault} = readMacs(text);

        assert.deepEqual(macs, []);
        assert.match(String(fault), /is no MAC/);
    }
    assert.match(String(readMacs(' \n').fault), /at least one/);
});

test('at most 10,000 at a time', () => {
    const many = (/** @type {number} */ n) =>
        Array.from({length: n}, (_, i) => (0x84f3eb000000 + i).toString(16)).join('\n');

    assert.equal(readMacs(many(10000)).fault, null);
    assert.match(String(readMacs(many(10001)).fault), /10000/);
});

test('a time is a number and a unit', () => {
    assert.deepEqual(['30s', '30m', '1h', ' 2d ', '0m', 'h', '1', '-1h', '1w', '1.5h'].map(secondsOf),
        [30, 1800, 3600, 172800, null, null, null, null, null, null]);
});

test('the note tells the worst first', () => {
    assert.equal(noteOf(PLAIN), '');
    assert.equal(noteOf({...PLAIN, needs_code: true}), 'needs its code');
    assert.equal(noteOf({...PLAIN, needs_code: true, wrong_codes: 1}), '1 wrong code');
    assert.equal(noteOf({...PLAIN, wrong_codes: 1, alarms: 2}), 'refused 2 other requests');
    assert.equal(noteOf({...PLAIN, alarms: 1, alarm_key_sha256: 'cd'.repeat(32)}),
        'refused 1 other request, key cdcdcdcdcdcdcdcd');
    assert.equal(noteOf({...PLAIN, alarms: 1, trouble: 'the signer: no'}), 'the signer: no');
    assert.deepEqual([PLAIN, {...PLAIN, needs_code: true}, {...PLAIN, alarms: 1}].map(isAmiss),
        [false, false, true]);
});

test('only those that wait are in the queue, who asked first at the top', () => {
    const all = [{...PLAIN, mac: 'c', first_asked_ms: 30}, {...PLAIN, mac: 'b'},
        {...PLAIN, mac: 'x', state: /** @type {'enrolled'} */ ('enrolled')}, {...PLAIN, mac: 'a'}];

    assert.deepEqual(queueOf(all).map((it) => it.mac), ['a', 'b', 'c']);
});

test('the window is open until its time or its number is over', () => {
    const window = {on: true, policy: 'listed', open_until_ms: 100, open_at_most: 5, open_let_in: 4,
        listed: 0, pending: 0, approved: 0, rejected: 0, enrolled: 0};

    assert.equal(isOpen(window, 99), true);
    assert.equal(isOpen(window, 100), false);
    assert.equal(isOpen({...window, open_let_in: 5}, 99), false);
    assert.equal(isOpen({...window, open_until_ms: null}, 99), false);
});

test('a state that is not known is shown by its name', () => {
    assert.deepEqual(stateOf('pending'), ['warn', 'waits for you']);
    assert.deepEqual(stateOf('other'), ['off', 'other']);
    assert.equal(keyShown(null), '');
});
