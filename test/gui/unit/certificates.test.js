import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
    counts, DAY_MS, endsSoon, laneOf, lanesOf, lineEnd, marksOf, sift, stateOf,
} from '../../../server/gui/page/certificates/certificate.js';

const NOW = Date.UTC(2026, 0, 15);
const PLAIN = {
    serial: '1a', common_name: '84f3eb000001', mac: '84f3eb000001',
    kind: /** @type {'device'} */ ('device'), role: 'device', origin: 'issued', fingerprint: 'ff',
    not_before_ms: 0, not_after_ms: NOW + 100 * DAY_MS, known_at_ms: 0,
    state: /** @type {'good'} */ ('good'), revoked_at_ms: null, reason: null,
};

test('soon is below 30 days, and only of good ones', () => {
    const at = (/** @type {number} */ ms) => ({...PLAIN, not_after_ms: NOW + ms});

    assert.equal(endsSoon(at(30 * DAY_MS), NOW), false);
    assert.equal(endsSoon(at(30 * DAY_MS - 1), NOW), true);
    assert.equal(endsSoon({...at(1), state: 'revoked'}, NOW), false);
    assert.deepEqual(stateOf(at(1), NOW), ['warn', 'ends soon']);
    assert.deepEqual(stateOf({...at(1), state: 'on-hold'}, NOW), ['bad', 'on hold']);
});

test('each end is in one stretch, before the line or behind it', () => {
    const lane = laneOf('x', [-1, 0, 9, 10, 99, 100, 500], {fromMs: 0, toMs: 100, columns: 10});

    assert.deepEqual(lane, {name: 'x', before: 1, after: 2, most: 2, buckets: [
        {fromMs: 0, toMs: 10, count: 2}, {fromMs: 10, toMs: 20, count: 1},
        {fromMs: 90, toMs: 100, count: 1},
    ]});
});

test('a lane for each kind that there is; revoked ones do not count', () => {
    const own = {ca_not_after_ms: NOW + DAY_MS, broker_not_after_ms: null};
    const all = [PLAIN, {...PLAIN, serial: '2', state: /** @type {'revoked'} */ ('revoked')},
        {...PLAIN, serial: '3', kind: /** @type {'server'} */ ('server')},
        {...PLAIN, serial: '4', not_after_ms: null}];
    const lanes = lanesOf(all, own, {fromMs: NOW, toMs: NOW + 365 * DAY_MS, columns: 12});

    assert.deepEqual(lanes.map((it) => [it.name, it.most]), [['The CA', 1], ['Servers', 1], ['Devices', 1]]);
    assert.equal(counts({...PLAIN, state: 'expired'}), true);
});

test('the line goes as far as was chosen, or behind the last end', () => {
    assert.equal(lineEnd('90', [], NOW), NOW + 90 * DAY_MS);
    assert.ok(lineEnd('all', [NOW + 4000 * DAY_MS], NOW) > NOW + 4000 * DAY_MS);
    assert.ok(lineEnd('all', [], NOW) > NOW);
});

test('there are marks, within the line, and not more than fit', () => {
    for (const days of [30, 90, 365, 1825, 3700, 20000]) {
        const marks = marksOf(NOW, NOW + days * DAY_MS);

        assert.ok(marks.length >= 1 && marks.length <= 10, `${days}: ${marks.length}`);
        assert.ok(marks.every((it) => it.ms >= NOW && it.ms < NOW + days * DAY_MS));
    }
});

test('the list is sifted, and those come first that end first', () => {
    const all = [{...PLAIN, serial: 'c', not_after_ms: null}, {...PLAIN, serial: 'b', not_after_ms: 20},
        {...PLAIN, serial: 'a', not_after_ms: 10, common_name: 'Broker'}];
    const wish = {text: '', state: '', fromMs: null, toMs: null};
    const serials = (/** @type {object} */ more) =>
        sift(all, {...wish, ...more}, NOW).map((it) => it.serial).join('');

    assert.equal(serials({}), 'abc');
    assert.equal(serials({text: ' broker '}), 'a');
    assert.equal(serials({fromMs: 10, toMs: 20}), 'a');
    assert.equal(serials({state: 'revoked'}), '');
    assert.equal(serials({state: 'soon'}), 'ab');
});
