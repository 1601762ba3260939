// Hashes.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {hashOf, parseHash} from '../../../server/gui/page/app/router.js';
import {hasRole} from '../../../server/gui/page/app/session.js';

/** @param {string} hash */
function parse(hash) {
    const {name, parts, query} = parseHash(hash);

    return [name, parts, query.toString()];
}

test('hashes are taken apart', () => {
    assert.deepEqual(parse(''), ['', [], '']);
    assert.deepEqual(parse('#/'), ['', [], '']);
    assert.deepEqual(parse('#/fleet'), ['fleet', [], '']);
    assert.deepEqual(parse('#/devices/84f3eb000001/'), ['devices', ['84f3eb000001'], '']);
    assert.deepEqual(parse('#/rollouts/a%2Fb?x=1&y=%3F'), ['rollouts', ['a/b'], 'x=1&y=%3F']);
    assert.deepEqual(parse('#/rollouts/%zz'), ['rollouts', ['%zz'], ''], 'what is no encoding is left');
});

test('and put together', () => {
    assert.equal(hashOf('rollouts', ['a/b?']), '#/rollouts/a%2Fb%3F');
    assert.equal(hashOf('fleet', [], new URLSearchParams({filter: 'rssi < -80'})),
        '#/fleet?filter=rssi+%3C+-80');
    assert.equal(hashOf('fleet', [], new URLSearchParams()), '#/fleet');
    const {name, parts, query} = parseHash(hashOf('x', ['#', '%', 'ü'], new URLSearchParams({q: '#/?'})));

    assert.deepEqual([name, parts, query.get('q')], ['x', ['#', '%', 'ü'], '#/?']);
});

test('roles: each may what a lesser one may', () => {
    const roles = ['viewer', 'operator', 'administrator'];

    roles.forEach((has, i) => roles.forEach((wants, j) =>
        assert.equal(hasRole({name: 'x', role: has, how: 'session'}, wants), i >= j)));
    assert.equal(hasRole({name: 'x', role: 'anybody', how: 'session'}, 'viewer'), false);
});
