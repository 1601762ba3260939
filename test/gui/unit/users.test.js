import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
    daysFault, nameFault, passwordFault, rolesUpTo, roleSentence,
} from '../../../server/gui/page/users/user.js';

test('names are those that the daemon takes', () => {
    for (const name of ['a', 'anna', 'a.b_c-1', `a${'x'.repeat(31)}`])
        assert.equal(nameFault(name), null, name);
    for (const name of ['', 'Anna', '1a', '-a', 'a b', 'ä', `a${'x'.repeat(32)}`])
        assert.notEqual(nameFault(name), null, name);
});

test('a password has 10 to 128 bytes, and is typed twice alike', () => {
    assert.notEqual(passwordFault('123456789', '123456789'), null);
    assert.equal(passwordFault('1234567890', '1234567890'), null);
    assert.equal(passwordFault('äöüäö', 'äöüäö'), null);
    assert.equal(passwordFault('x'.repeat(128), 'x'.repeat(128)), null);
    assert.notEqual(passwordFault('x'.repeat(129), 'x'.repeat(129)), null);
    assert.match(String(passwordFault('1234567890', '1234567891')), /not the same/);
});

test('days are whole, 1 to 3650', () => {
    assert.deepEqual([0, 1, 3650, 3651, 1.5, null, '5'].map((it) => daysFault(it) === null),
        [false, true, true, false, false, false, false]);
});

test('nobody gives away more than they may', () => {
    assert.deepEqual(rolesUpTo((role) => role !== 'administrator').map((it) => it.value),
        ['viewer', 'operator']);
});

test('a smaller role ends tokens, too', () => {
    assert.match(roleSentence('otto', 'operator', 'viewer'), /Tokens/);
    assert.doesNotMatch(roleSentence('otto', 'viewer', 'operator'), /Tokens/);
});
