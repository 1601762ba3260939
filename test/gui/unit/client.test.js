// Requests: what is sent, how a refusal reads, and pages.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {ApiError, errorOf, get, getPage, getTagged, initOf, nextOf, onSessionEnd, post, urlOf} from
    '../../../server/gui/page/api/client.js';

const realFetch = globalThis.fetch;

afterEach(() => {
    globalThis.fetch = realFetch;
    onSessionEnd(() => {});
});

/** Answers requests in turn with these; a number is no answer at all. */
function answer(...answers) {
    const asked = [];

    globalThis.fetch = async (url, init) => {
        asked.push({url, ...init});
        const next = answers.shift();

        if (next === undefined)
            throw new Error('asked too often');
        if (next === null)
            throw new TypeError('no network');
        return new Response(next.body ?? '{}', {status: next.status ?? 200, headers: next.headers});
    };
    return asked;
}

test('queries', () => {
    assert.equal(urlOf('/devices'), '/api/v1/devices');
    assert.equal(urlOf('/devices', {limit: 5, filter: ['a = 1', 'b'], state: null, marks: true, force: false}),
        '/api/v1/devices?limit=5&filter=a+%3D+1&filter=b&marks=1&force=0');
    assert.equal(urlOf('/devices?cursor=x', {limit: 5}), '/api/v1/devices?cursor=x&limit=5');
    assert.equal(urlOf('/a', {q: '&=#?'}), '/api/v1/a?q=%26%3D%23%3F');
});

test('where the next page is', () => {
    assert.equal(nextOf('/devices?limit=2', '<?limit=2&cursor=abc>; rel="next"'), '/devices?limit=2&cursor=abc');
    assert.equal(nextOf('/devices', null), null);
    assert.equal(nextOf('/devices', '<?x>; rel="prev"'), null);
});

test('pages are followed to the last', async () => {
    const asked = answer({body: '[1,2]', headers: {Link: '<?limit=2&cursor=c1>; rel="next"'}},
        {body: '[3]'});
    const first = await getPage('/devices', {limit: 2});
    const second = await getPage(first.next);

    assert.deepEqual([...first.rows, ...second.rows], [1, 2, 3]);
    assert.equal(second.next, null);
    assert.deepEqual(asked.map(({url}) => url),
        ['/api/v1/devices?limit=2', '/api/v1/devices?limit=2&cursor=c1']);
});

test('a tag is for If-Match', async () => {
    answer({body: '{"a": 1}', headers: {ETag: '"0123.4567"'}});
    assert.deepEqual(await getTagged('/devices/x'), {value: {a: 1}, tag: '"0123.4567"'});
    assert.equal(initOf({ifMatch: '"0123.4567"'}).headers['If-Match'], '"0123.4567"');
});

test('a refusal says what to do next', async () => {
    answer({status: 409, body: '{"detail": "it is held", "error": {"code": "conflict", "message": "it is held"}}'});
    await assert.rejects(get('/devices/x'), {name: 'ApiError', status: 409, code: 'conflict', message: 'it is held'});
    assert.equal(errorOf(502, '<html>').message, 'The server answered 502.');
    assert.equal(errorOf(502, 'null').code, 'http');
});

test('no answer is a failure of its own', async () => {
    answer(null);
    await assert.rejects(get('/status'), {status: 0, code: 'unreachable'});
    answer({body: 'no JSON'});
    await assert.rejects(get('/status'), ApiError);
});

test('an ended session is told, but not of a log-in that fails', async () => {
    let told = 0;

    onSessionEnd(() => told++);
    answer({status: 401, body: '{}'}, {status: 401, body: '{}'});
    await assert.rejects(post('/session', {body: {}}), {status: 401});
    assert.equal(told, 0);
    await assert.rejects(get('/status'), {status: 401});
    assert.equal(told, 1);
});

test('bodies: JSON, text and bytes as they are, none', () => {
    assert.equal(initOf({body: {a: 1}}).body, '{"a":1}');
    assert.equal(initOf({body: 'PEM'}).body, 'PEM');
    const bytes = new Uint8Array([1]);

    assert.equal(initOf({body: bytes}).body, bytes);
    assert.equal(initOf({}).body, undefined);
    assert.equal(initOf({}).headers['Idempotency-Key'], undefined);
});

test('with a key it is sent again with the same one, else once', async (t) => {
    t.mock.timers?.enable?.({apis: ['setTimeout']});
    const asked = answer(null, {body: '{"ok": true}'});
    const done = post('/commands', {body: {}, key: true});

    for (let i = 0; i < 20 && asked.length < 2; i++) {
        await new Promise((next) => setImmediate(next));
        t.mock.timers?.tick?.(1000);
    }
    assert.deepEqual(await done, {ok: true});
    assert.match(asked[0].headers['Idempotency-Key'], /^"[0-9a-f-]{36}"$/);
    assert.equal(asked[0].headers['Idempotency-Key'], asked[1].headers['Idempotency-Key']);
    const once = answer(null);

    await assert.rejects(post('/commands', {body: {}}), {code: 'unreachable'});
    assert.equal(once.length, 1);
});
