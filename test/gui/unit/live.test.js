// The stream of events: lines, what becomes of them, and how it comes back.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {createEventLines} from '../../../server/gui/page/api/event_lines.js';
import {onState, readEvent, retryAfter, startLive, stopLive, subscribe} from
    '../../../server/gui/page/api/live.js';

const realFetch = globalThis.fetch;

afterEach(() => {
    stopLive();
    globalThis.fetch = realFetch;
});

/** @param {string} text @param {number} size of the pieces */
function readAll(text, size) {
    /** @type {any[]} */
    const events = [];
    let last = '';
    const take = createEventLines((event) => events.push(event), (id) => {
        last = id;
    });

    for (let i = 0; i < text.length; i += size)
        take(text.slice(i, i + size));
    return {events, last};
}

const STREAM = ':\nid: 6\n\nid: 7.2\ndata: {"event": "boot"}\n\nid: 7.3\nevent: change\ndata: {"number":\n' +
    'data: 3}\n\n:\nid: 9.3\n\nid: 10.3\ndata: {"half';

test('lines, in pieces of any size', () => {
    for (let size = 1; size <= STREAM.length; size++) {
        const {events, last} = readAll(STREAM, size);

        assert.deepEqual(events, [{type: '', data: '{"event": "boot"}', id: '7.2'},
            {type: 'change', data: '{"number":\n3}', id: '7.3'}]);
        assert.equal(last, '9.3', 'of a comment, too, and not of what did not come whole');
    }
});

test('ends of lines, and fields that are not ours', () => {
    assert.deepEqual(readAll('data: a\r\nretry: 5\r\n\r\n', 100).events, [{type: '', data: 'a', id: ''}]);
    assert.deepEqual(readAll('data\n\n', 100).events, [{type: '', data: '', id: ''}]);
});

test('events', () => {
    assert.deepEqual(readEvent({type: '', data: '{"event":"boot","mac":"84"}', id: '7.2'}),
        {event: 'boot', mac: '84', kind: 'boot', id: '7.2'});
    assert.deepEqual(readEvent({type: 'change', data: '{"number":3,"kind":"device","verb":"hold"}', id: '7.3'}),
        {number: 3, kind: 'change', subject: 'device', verb: 'hold', id: '7.3'});
    assert.equal(readEvent({type: 'gap', data: '{"after":1,"next":9}', id: '8'})?.kind, 'gap');
    assert.equal(readEvent({type: '', data: 'no JSON', id: '8'}), null);
    assert.equal(readEvent({type: '', data: 'null', id: '8'}), null);
    assert.equal(readEvent({type: 'other', data: '{}', id: '8'}), null);
});

test('it waits longer each time, up to a limit, and not always the same', () => {
    assert.equal(retryAfter(0, 0), 500);
    assert.equal(retryAfter(0, 1), 1000);
    assert.equal(retryAfter(2, 1), 4000);
    assert.equal(retryAfter(1000, 1), 15000);
});

/** A server whose streams are told what to say. */
function serve() {
    /** @type {{headers: any, say: (text: string) => void, end: () => void, fail: () => void}[]} */
    const streams = [];
    /** @type {(number | null)[]} */
    const refusals = [];

    globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ _url, /** @type {any} */ init) => {
        const refusal = refusals.shift();

        if (refusal === null)
            throw new TypeError('no network');
        if (refusal !== undefined)
            return new Response('{}', {status: refusal});
        /** @type {any} */
        let control;
        const body = new ReadableStream({start: (begun) => {
            control = begun;
        }});

        init.signal.addEventListener('abort', () => {
            try {
                control.error(new DOMException('', 'AbortError'));
            } catch {
                // It has ended.
            }
        });
        streams.push({headers: init.headers, say: (text) => control.enqueue(new TextEncoder().encode(text)),
            end: () => control.close(), fail: () => control.error(new TypeError('cut'))});
        return new Response(body, {status: 200});
    });
    return {streams, refusals};
}

/** @param {() => any} condition */
async function until(condition) {
    const end = Date.now() + 8000;

    while (!condition()) {
        assert.ok(Date.now() < end, `never: ${condition}`);
        await new Promise((done) => setTimeout(done, 10));
    }
}

test('it comes back behind the last that it was told', async () => {
    const {streams} = serve();
    /** @type {any[]} */
    const told = [];
    /** @type {string[]} */
    const states = [];
    const stops = [subscribe((event) => told.push(event)), onState((state) => states.push(state))];

    await startLive();
    assert.equal(streams[0].headers['Last-Event-ID'], undefined);
    assert.equal(told.pop()?.kind, 'gap', 'who reads already may have missed something');
    streams[0].say('id: 5.1\ndata: {"event": "boot", "mac": "m"}\n\n:\nid: 8.1\n\n');
    await until(() => told.length === 1);
    streams[0].say('id: 9.1\ndata: {"ev');
    streams[0].fail();
    await until(() => streams.length === 2);
    assert.equal(streams[1].headers['Last-Event-ID'], '8.1');
    await until(() => states.at(-1) === 'live');
    assert.deepEqual(states, ['live', 'lost', 'live']);
    streams[1].say('id: 9.1\ndata: {"event": "error"}\n\n');
    await until(() => told.length === 2);
    assert.deepEqual(told.map(({kind}) => kind), ['boot', 'error'], 'none twice, none left out');
    stops.forEach((stop) => stop());
});

test('after a refusal, who reads is told to read anew', async () => {
    const {streams, refusals} = serve();
    /** @type {any[]} */
    const told = [];
    const stop = subscribe((event) => told.push(event.kind));

    await startLive();
    streams[0].say(':\nid: 8.1\n\n');
    await new Promise((done) => setTimeout(done, 20));
    told.length = 0;
    refusals.push(503, null);
    streams[0].end();
    await until(() => streams.length === 2);
    await until(() => told.length > 0);
    assert.deepEqual(told, ['gap']);
    assert.equal(streams[1].headers['Last-Event-ID'], '8.1');
    stop();
});

test('a place that the server does not know is given up', async () => {
    const {streams, refusals} = serve();

    await startLive();
    streams[0].say(':\nid: 8.1\n\n');
    await new Promise((done) => setTimeout(done, 20));
    refusals.push(400);
    streams[0].end();
    await until(() => streams.length === 2);
    assert.equal(streams[1].headers['Last-Event-ID'], undefined);
});

test('it stops when the session has ended', async () => {
    const {streams, refusals} = serve();
    /** @type {string[]} */
    const states = [];
    const stop = onState((state) => states.push(state));

    await startLive();
    refusals.push(401);
    streams[0].end();
    await until(() => states.at(-1) === 'over');
    await new Promise((done) => setTimeout(done, 1500));
    assert.equal(streams.length, 1);
    stop();
});

test('a listener that fails keeps the others from nothing', async (t) => {
    const {streams} = serve();
    /** @type {any[]} */
    const told = [];
    const complained = t.mock.method(console, 'error', () => {});
    const stops = [subscribe(() => {
        throw new Error('a fault of a page');
    }), subscribe((event) => told.push(event.kind))];

    await startLive();
    streams[0].say('id: 1\ndata: {"event": "boot"}\n\n');
    await until(() => told.includes('boot'));
    assert.ok(complained.mock.callCount() > 0);
    stops.forEach((stop) => stop());
});
