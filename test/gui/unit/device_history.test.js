// The hours of a device as lines, and its events as marks.
import assert from 'node:assert/strict';
import test from 'node:test';

import {chartsOf, markText, marksOf, sampleOf, startsOf, withUptime}
    from '../../../server/gui/page/device/history_series.js';

const HOUR = 3600000;

/** @param {number} i @param {object} more */
function hour(i, more = {}) {
    return {hour_ms: i * HOUR, rssi_min: -70, rssi_avg: -65.5, rssi_max: -60, free_heap_min: 40000,
        max_loop_max: 12, reboots: 0, new_errors: 1, ...more};
}

test('each hour is a point, and a gap breaks the line', () => {
    const charts = chartsOf([hour(1), hour(2, {rssi_min: null}), hour(5)], []);
    const signal = charts.find((chart) => chart.label === 'Signal');

    assert.deepEqual(signal?.series[0].values,
        [[HOUR, -70], [2 * HOUR, null], [3 * HOUR, null], [5 * HOUR, -70]]);
    assert.deepEqual(signal?.series.map((line) => line.name), ['weakest', 'average', 'strongest']);
    assert.equal(charts.find((chart) => chart.label === 'Free heap')?.unit, 'bytes');
});

test('what it says now follows the last hour, and nothing before it', () => {
    const device = {last_seen_ms: 2.5 * HOUR, rssi: -50, free_heap_bytes: 1, max_loop_ms: 2,
        uptime_ms: 5 * HOUR};
    const early = {...sampleOf(device), at_ms: HOUR};
    const charts = chartsOf([hour(2)], [early, sampleOf(device)]);

    assert.deepEqual(charts[0].series[2].values, [[2 * HOUR, -60], [2.5 * HOUR, -50]]);
    assert.deepEqual(charts.find((chart) => chart.label === 'Restarts')?.series[0].values,
        [[2 * HOUR, 0]]);
    assert.equal(sampleOf({...device, last_seen_ms: null}), null);
    assert.deepEqual(chartsOf([], []), []);
});

test('uptime is counted from the last start that is known, in fitting units', () => {
    const starts = startsOf([{event: 'boot', at_ms: 3.5 * HOUR}, {event: 'accepted', at_ms: 1}],
        {uptime_ms: 3 * HOUR, last_seen_ms: 10 * HOUR});

    assert.deepEqual(starts, [3.5 * HOUR, 7 * HOUR]);
    const hours = withUptime([hour(1), hour(3), hour(4), hour(8)], starts);

    assert.deepEqual(hours.map((one) => one.uptime_ms),
        [null, 0.5 * HOUR, 1.5 * HOUR, 2 * HOUR]);
    const chart = chartsOf(hours, []).find((one) => one.label === 'Uptime');

    assert.equal(chart?.unit, 'min');
    assert.deepEqual(chart?.series[0].values.map(([, value]) => value).filter((n) => n !== null),
        [30, 90, 120]);
    const days = chartsOf([{...hour(1), uptime_ms: 80 * HOUR}], []);

    assert.equal(days.find((one) => one.label === 'Uptime')?.unit, 'days');
});

test('events are marked, those of one minute together', () => {
    const marks = marksOf([
        {at_ms: 100000, event: 'command', command: 'flash', image: 'B-2', result: 'held'},
        {at_ms: 90000, event: 'boot', command: null, image: null, result: 'ok'},
        {at_ms: 5, event: 'will', command: null, image: null, result: null},
        {at_ms: 400000, event: 'will', command: null, image: null, result: null},
    ], 50);

    assert.deepEqual(marks, [{ms: 90000, text: 'boot, command flash B-2 held'},
        {ms: 400000, text: 'will'}]);
    assert.equal(markText({event: null, command: null, image: null, result: null}), '');
});
