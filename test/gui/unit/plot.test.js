// Series of a plot become rows.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {rowsOf} from '../../../server/gui/page/ui/plot.js';

test('a row for each time, in order, with holes', () => {
    assert.deepEqual(rowsOf([{name: 'a', values: [[1, 10], [3, null]]}, {name: 'b', values: [[2, 20], [3, 30]]}]),
        [[1, 10, null], [2, null, 20], [3, null, 30]]);
    assert.deepEqual(rowsOf([]), []);
});
