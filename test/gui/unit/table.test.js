// Which rows are drawn, where keys lead, what is selected.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createSelection} from '../../../server/gui/page/ui/table_selection.js';
import {indexAfter, orderAfter, topFor, windowOf} from '../../../server/gui/page/ui/table_window.js';

const view = {top: 0, height: 400, rowHeight: 40, count: 100000, around: 10};

test('what is seen is drawn, and some around it', () => {
    assert.deepEqual(windowOf(view), {first: 0, end: 20});
    assert.deepEqual(windowOf({...view, top: 40000}), {first: 990, end: 1020});
    assert.deepEqual(windowOf({...view, top: 40001}), {first: 990, end: 1021}, 'half a row');
    assert.deepEqual(windowOf({...view, top: 100000 * 40 - 400}), {first: 99980, end: 100000});
    assert.deepEqual(windowOf({...view, count: 0}), {first: 0, end: 0});
    assert.deepEqual(windowOf({...view, count: 3}), {first: 0, end: 3});
    assert.deepEqual(windowOf({...view, top: -50}), {first: 0, end: 20}, 'drawn beyond its edge');
    assert.deepEqual(windowOf({...view, top: 40000, count: 5}), {first: 5, end: 5}, 'it has become short');
});

test('never more than the screen holds, however many there are', () => {
    for (let top = 0; top < 4000000; top += 39973) {
        const {first, end} = windowOf({...view, top});

        assert.ok(end - first <= 31, `${first} to ${end}`);
        assert.ok(first * 40 <= top && (end * 40 >= top + 400 || end === 100000));
    }
});

test('it is scrolled no farther than needed', () => {
    assert.equal(topFor({top: 0, height: 400, rowHeight: 40, index: 9}), 0);
    assert.equal(topFor({top: 0, height: 400, rowHeight: 40, index: 10}), 40);
    assert.equal(topFor({top: 400, height: 400, rowHeight: 40, index: 9}), 360);
    assert.equal(topFor({top: 0, height: 20, rowHeight: 40, index: 0}), 20);
});

test('keys', () => {
    const all = {count: 100, perPage: 9};

    assert.equal(indexAfter('ArrowDown', -1, all), 0);
    assert.equal(indexAfter('ArrowDown', 99, all), 99);
    assert.equal(indexAfter('ArrowUp', 0, all), 0);
    assert.equal(indexAfter('PageDown', 95, all), 99);
    assert.equal(indexAfter('PageUp', 20, all), 11);
    assert.equal(indexAfter('Home', 50, all), 0);
    assert.equal(indexAfter('End', 50, all), 99);
    assert.equal(indexAfter('x', 50, all), null);
    assert.equal(indexAfter('End', -1, {count: 0, perPage: 9}), null);
});

test('orders', () => {
    assert.equal(orderAfter('', 'name'), 'name');
    assert.equal(orderAfter('name', 'name'), '-name');
    assert.equal(orderAfter('-name', 'name'), 'name');
    assert.equal(orderAfter('-name', 'mac'), 'mac');
});

test('a selection is of keys', () => {
    let n = -1;
    const selection = createSelection((keys) => {
        n = keys.size;
    });
    const keyAt = (/** @type {number} */ i) => `k${i}`;

    selection.toggle('k2', 2);
    assert.ok(selection.has('k2'));
    selection.extend(5, keyAt);
    assert.deepEqual([...selection.keys()].sort(), ['k2', 'k3', 'k4', 'k5']);
    selection.toggle('k3', 3);
    assert.equal(n, 3);
    selection.extend(1, keyAt);
    assert.equal(n, 5);
    selection.setAll([]);
    assert.equal(n, 0);
});
