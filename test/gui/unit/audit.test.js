import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
    authorOf, briefOf, deedOf, differencesOf, merge, stepBack,
} from '../../../server/gui/page/audit/change.js';
import {createAuditReader} from '../../../server/gui/page/audit/audit_reader.js';
import {wishOf} from '../../../server/gui/page/audit/sift.js';

const PLAIN = {
    number: 1, at_ms: 0, who: 'user anna', user: '192.0.2.1', pid: null, verb: 'role', kind: 'user',
    object: 'otto', forced: false, before: {name: 'otto', role: 'viewer'},
    after: {name: 'otto', role: 'operator'}, hash: '0',
};

test('who it was', () => {
    assert.equal(authorOf(PLAIN), 'user anna from 192.0.2.1');
    assert.equal(authorOf({...PLAIN, who: 'uid 0', user: 'root'}), 'root');
    assert.equal(authorOf({...PLAIN, who: 'uid 9', user: null}), 'uid 9');
    assert.equal(authorOf({...PLAIN, who: 'daemon', user: null}), 'daemon');
    assert.equal(deedOf({...PLAIN, forced: true}), 'user role (forced)');
});

test('what has changed comes first', () => {
    assert.deepEqual(differencesOf(PLAIN), [
        {name: 'role', before: 'viewer', after: 'operator', isSame: false},
        {name: 'name', before: 'otto', after: 'otto', isSame: true},
    ]);
    assert.equal(briefOf(PLAIN), 'role viewer → operator');
    assert.equal(briefOf({...PLAIN, before: null}), 'name otto, role operator');
    assert.equal(briefOf({...PLAIN, after: null}), 'was name otto, role viewer');
    assert.equal(briefOf({...PLAIN, before: {}, after: {tags: ['a']}}), 'tags – → ["a"]');
});

test('each row is there once, the newest first', () => {
    const row = (/** @type {number} */ number) => ({...PLAIN, number});

    assert.deepEqual(merge([row(3), row(1)], [row(2), row(3), row(4)]).map((it) => it.number), [4, 3, 2, 1]);
    assert.deepEqual([stepBack(501, 500), stepBack(502, 500), stepBack(3, 500)], [0, 1, 0]);
});

test('what was typed becomes a wish', () => {
    assert.deepEqual(wishOf({who: ' anna ', object: '', since: '1000'}, 5000),
        {who: 'anna', object: '', since_ms: 4000});
    assert.equal(wishOf({who: '', object: '', since: ''}, 5000).since_ms, null);
});

/**
 * A daemon with so many rows, of which those of `who` are each tenth.
 * @param {{last: number, asked: number}} log
 */
function answerOf(log) {
    return async (/** @type {string} */ url) => {
        const {pathname, searchParams} = new URL(url, 'https://x');
        const after = Number(searchParams.get('cursor') ?? searchParams.get('after'));
        const limit = Number(searchParams.get('limit'));
        const step = searchParams.get('who') === null ? 1 : 10;
        const numbers = [];

        log.asked++;
        if (pathname.endsWith('/head'))
            return new Response(JSON.stringify({number: log.last}));
        for (let n = after + 1; n <= log.last && numbers.length < limit; n++) {
            if (n % step === 0)
                numbers.push(n);
        }
        const end = numbers[numbers.length - 1] ?? log.last;
        const more = end + step <= log.last;

        searchParams.set('cursor', String(end));
        return new Response(JSON.stringify(numbers.map((number) => ({number}))),
            {headers: more ? {Link: `<?${searchParams}>; rel="next"`} : {}});
    };
}

for (const [who, first] of /** @type {[string, number][]} */ ([['', 500], ['anna', 250]])) {
    test(`the log is read from its end and goes on (${who || 'all'})`, async () => {
        const log = {last: 5000, asked: 0};
        const {signal} = new AbortController();
        const numbers = () => reader.rows().map((it) => it.number);

        globalThis.fetch = /** @type {any} */ (answerOf(log));
        const reader = createAuditReader({who, object: '', since_ms: null});

        await reader.forward(signal);
        assert.equal(numbers()[0], 5000);
        assert.equal(reader.rows().length, first);
        assert.equal(reader.isWhole(), false);
        log.last = 7500;
        await reader.forward(signal);
        assert.equal(numbers()[0], 7500);
        while (!reader.isWhole())
            await reader.back(signal);
        assert.equal(numbers().length, who === '' ? 7500 : 750);
        assert.equal(new Set(numbers()).size, numbers().length);
        log.last = 3; // put back from a backup
        await reader.forward(signal);
        assert.deepEqual(numbers(), who === '' ? [3, 2, 1] : []);
    });
}
