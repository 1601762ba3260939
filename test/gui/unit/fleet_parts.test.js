// The spread over images, faults of filters, what an order will do, and the list that grows.
import assert from 'node:assert/strict';
import test from 'node:test';

import {calledOf, commandSentence, filtersOf, markSentence, meetingOf, outcomeOf, wordsOf}
    from '../../../server/gui/page/fleet/bulk_plan.js';
import {createDeviceList} from '../../../server/gui/page/fleet/device_list.js';
import {faultOf, splitAt} from '../../../server/gui/page/fleet/filter_fault.js';
import {mergeChains, quoted, restOf, sentenceOf, spreadOf} from '../../../server/gui/page/fleet/spread.js';

const chain = {
    board: 'B', unknown: [{image: 'B-0.9', devices: 1}],
    images: [
        {name: 'B-1', devices: 2, state: 'withdrawn', channel: 'stable'},
        {name: 'B-2', devices: 0, state: 'published', channel: 'stable'},
        {name: 'B-3', devices: 0, state: 'published', channel: 'stable'},
        {name: 'B-4', devices: 1, state: 'published', channel: 'beta'},
    ],
};

test('a board is spread over the images that run, and the newest', () => {
    const spread = spreadOf(chain, 'B-3');

    assert.equal(spread.devices, 4);
    assert.deepEqual(spread.parts.map((part) => [part.image, part.state, part.share]), [
        ['B-4', 'beta', 0.25], ['B-3', 'newest', 0], ['B-1', 'withdrawn', 0.5],
        ['B-0.9', 'unknown', 0.25]]);
    assert.equal(sentenceOf(spread), 'B: 4 devices: 1 on B-4 (beta), 0 on B-3 (newest), ' +
        '2 on B-1 (withdrawn), 1 on B-0.9 (unknown)');
});

test('devices of all channels are counted once', () => {
    const beta = {...chain, images: [{name: 'B-1', devices: 3}, {name: 'B-9', devices: 1}]};
    const merged = mergeChains([chain, beta]);

    assert.deepEqual(merged.images.map((/** @type {any} */ image) => image.devices), [5, 0, 0, 1]);
    assert.deepEqual(merged.unknown, chain.unknown);
    assert.deepEqual(mergeChains([chain]), chain);
});

test('a board without devices divides by nothing', () => {
    const spread = spreadOf({board: 'B', unknown: [], images: chain.images.slice(2, 3)}, 'B-3');

    assert.deepEqual(spread.parts.map((part) => part.share), [0]);
});

test('devices of other boards are found by what is left', () => {
    const rest = restOf([spreadOf(chain, null), {...spreadOf(chain, null), board: 'C'}], 10);

    assert.deepEqual(rest, {devices: 2, filter: 'board!="B" board!="C"'});
    assert.equal(restOf([], 3).filter, '');
    assert.equal(quoted('a"b\\'), '"a\\"b\\\\"');
});

test('the column of a wrong filter', () => {
    assert.deepEqual(faultOf('filter, column 6: expected a value; "" for none'),
        {column: 6, text: 'expected a value; "" for none'});
    assert.deepEqual(faultOf('filter 2, column 12: no'), {column: 12, text: 'no'});
    assert.deepEqual(faultOf('the daemon is away'), {column: null, text: 'the daemon is away'});
    assert.deepEqual(splitAt('rssi>>3', 6), ['rssi>', '>', '3']);
    assert.deepEqual(splitAt('hold', 5), ['hold', '', '']);
    assert.deepEqual(splitAt('hold', 99), ['hold', '', '']);
    assert.deepEqual(splitAt('🙂x', 2), ['🙂', 'x', '']);
    assert.deepEqual(splitAt('', 0), ['', '', '']);
});

/** @param {number} i @param {object} more */
function device(i, more = {}) {
    return {mac: `84f3eb00000${i}`, online: true, revoked_at_ms: null, hold: null, name: `n${i}`,
        label: null, ...more};
}

test('an order says whom it meets', () => {
    const meeting = meetingOf([device(1), device(2, {online: false}),
        device(3, {hold: {reason: null}, label: {name: 'desk'}}),
        device(4, {online: false, revoked_at_ms: 1, hold: {}})]);

    assert.deepEqual({...meeting, some: meeting.some.map(calledOf)}, {total: 4, online: 2,
        revoked: 1, held: 1, some: ['n1', 'n2', 'desk', 'n4']});
    assert.equal(commandSentence('reboot', meeting), 'The command "reboot" is for 4 devices. ' +
        '2 are online now; for the others it waits until they are back. ' +
        '2 devices get none: 1 revoked, 1 held.');
    assert.equal(commandSentence('reboot', meetingOf([device(1)])),
        'The command "reboot" is for 1 device. 1 is online now.');
    assert.equal(markSentence('Hold', 'Nothing is changed.', meetingOf(
        [1, 2, 3].map((i) => device(i)), 2)),
    'Hold: 3 devices. Nothing is changed.');
});

test('filters for chosen devices stay within what one may hold', () => {
    const macs = Array.from({length: 61}, (_, i) => i.toString(16).padStart(12, '0'));
    const filters = filtersOf(macs);

    assert.deepEqual(filters.map((filter) => filter.split(' or ').length), [30, 30, 1]);
    assert.ok(filters.every((filter) => filter.length <= 2048));
    assert.deepEqual(filtersOf([]), []);
    assert.deepEqual(wordsOf(' a, b  c,'), ['a', 'b', 'c']);
    assert.equal(outcomeOf('Hold', 2, []), 'Hold: 2 devices.');
    assert.match(outcomeOf('Hold', 1, [{mac: 'x', message: 'no'}]), /refused for 1.*x: no/);
});

/** A source of n devices in pages of two. @param {number} n */
function sourceOf(n) {
    const all = Array.from({length: n}, (_, i) => ({mac: String(i), value: 0}));
    /** @type {string[]} */
    const asked = [];

    return {
        asked, all,
        /** @param {string} path @param {any} query */
        get: async (path, query) => {
            asked.push(query.filter ?? '');
            return path.endsWith('count') ? {count: n}
                : all.filter((row) => query.filter.includes(`mac=${row.mac}`));
        },
        /** @param {string} path */
        getPage: async (path) => {
            const at = Number(path.split('#')[1] ?? 0);

            return {rows: all.slice(at, at + 2), next: at + 2 < n ? `p#${at + 2}` : null};
        },
    };
}

test('the list grows by pages, each device once, and knows its length before', async () => {
    const source = sourceOf(5);
    /** @type {[number, number][]} */
    const told = [];
    /** @type {any[]} */
    const updated = [];
    const list = createDeviceList(source, {
        onRows: (rows, total) => told.push([rows.length, total]),
        onRow: (row) => updated.push(row),
    });

    await list.load({filter: 'x=1', sort: 'name'});
    await Promise.all([list.more(), list.more()]);
    source.all.splice(3, 0, {mac: '2', value: 1});
    await list.more();
    await list.more();
    assert.deepEqual(told, [[2, 5], [4, 5], [5, 5]]);
    assert.ok(list.isWhole());
    source.all[0].value = 7;
    await list.refresh(['0', 'elsewhere']);
    assert.deepEqual(updated, [{mac: '0', value: 7}]);
    assert.equal(list.row('0').value, 7);
});
