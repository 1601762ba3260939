// Times, sizes and foreign text.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ageText, bytesOf, durationOf, exactTimeText, visible} from
    '../../../server/gui/page/ui/format.js';

test('sizes', () => {
    assert.equal(bytesOf(0), '0 bytes');
    assert.equal(bytesOf(1), '1 byte');
    assert.equal(bytesOf(1023), '1023 bytes');
    assert.equal(bytesOf(1024), '1.0 KiB');
    assert.equal(bytesOf(1536), '1.5 KiB');
    assert.equal(bytesOf(200 * 1024), '200 KiB');
    assert.equal(bytesOf(5 * 1024 ** 3), '5.0 GiB');
    assert.equal(bytesOf(null), '–');
});

test('durations', () => {
    assert.equal(durationOf(0), '0 ms');
    assert.equal(durationOf(999), '999 ms');
    assert.equal(durationOf(1000), '1 s');
    assert.equal(durationOf(61000), '1 min 1 s');
    assert.equal(durationOf(3600000), '1 h');
    assert.equal(durationOf(3605000), '1 h', 'what is two units below is left out');
    assert.equal(durationOf(86400000 + 3 * 3600000 + 59000), '1 day 3 h');
    assert.equal(durationOf(2 * 86400000, 1), '2 days');
    assert.equal(durationOf(-61000), '-1 min 1 s');
    assert.equal(durationOf(null), '–');
});

test('ages', () => {
    assert.equal(ageText(1000, 2000), 'now');
    assert.equal(ageText(0, 180000), '3 min ago');
    assert.equal(ageText(180000, 0), 'in 3 min');
});

test('an exact time has the second and UTC', () => {
    assert.match(exactTimeText(1700000000123), /\(2023-11-14T22:13:20\.123Z\)$/);
});

test('ordinary text stays as it is', () => {
    for (const text of ['', 'kitchen', 'Küche 2. Stock', 'مطبخ', '厨房', '🙂', '<b>&amp;"'])
        assert.equal(visible(text), text);
    assert.equal(visible(null), '');
});

test('controls and escapes are seen, and do nothing', () => {
    assert.equal(visible('\u001b[31mred'), '\u241b[31mred');
    assert.equal(visible('a\0b\tc\nd\re\u007f'), 'a\u2400b\u2409c\u240ad\u240de\u2421');
    assert.equal(visible('\u009b'), '\u27e8009B\u27e9');
});

test('no character that turns the direction or has no width is left', () => {
    const turning = [0xad, 0x61c, 0x180e, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a,
        0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x206f, 0xfeff,
        0xfff9, 0xe0001, 0xe007f];

    for (const code of turning) {
        const seen = visible(String.fromCodePoint(code));

        assert.equal(seen, `\u27e8${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`);
    }
    assert.equal(visible('a\ud800b'), 'a\u27e8D800\u27e9b', 'half a pair');
});

test('long text is cut between characters', () => {
    assert.equal(visible('abcdef', 6), 'abcdef');
    assert.equal(visible('abcdefg', 6), 'abcdef…');
    assert.equal(visible('🙂🙂🙂', 2), '🙂🙂…');
    assert.equal(visible('x'.repeat(10240)).length, 121);
});
