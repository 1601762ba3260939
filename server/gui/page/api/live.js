// What happens, as it happens: one stream for the whole page, which comes back behind the last that
// it was told. It is read by fetch: EventSource says neither that a session has ended nor that the
// server has gone silent, and forgets its place after a refusal.

import {createEventLines} from './event_lines.js';

const URL_OF_EVENTS = '/api/v1/events?changes=1';
const SILENT_MS = 40000; // the daemon says something each 15 s
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 15000;
const HIDDEN_MS = 60000; // a browser has few connections to one server, for all its tabs together

/** @typedef {'live' | 'lost' | 'over'} LiveState over: log in again */
/**
 * @typedef {{kind: string, id: string, mac?: string, [member: string]: any}} LiveEvent
 *     kind: an event's, as "boot"; "change": a row of the audit log, with `number`, `verb`, `subject`
 *     (what kind of thing), `object`, `who`; "gap": some were missed, read all anew
 */

/** @type {Set<(event: LiveEvent) => void>} */
const listeners = new Set();
/** @type {Set<(state: LiveState) => void>} */
const watchers = new Set();

/** @type {LiveState} */
let state = 'lost';
let lastId = '';
/** @type {AbortController | null} */
let running = null;

/** @param {LiveState} next */
function setState(next) {
    if (next === state)
        return;
    state = next;
    for (const watcher of [...watchers])
        watcher(state);
}

/** @param {LiveEvent} event */
function tell(event) {
    for (const listener of [...listeners]) {
        try {
            listener(event);
        } catch (error) {
            console.error(error);
        }
    }
}

/**
 * @param {import('./event_lines.js').StreamEvent} event
 * @returns {LiveEvent | null} null: it is none of ours
 */
export function readEvent({type, data, id}) {
    let object;

    try {
        object = JSON.parse(data);
    } catch {
        return null;
    }
    if (object === null || typeof object !== 'object')
        return null;
    if (type === 'change')
        return {...object, kind: 'change', subject: object.kind, id};
    if (type === 'gap')
        return {...object, kind: 'gap', id};
    return type === '' || type === 'message' ? {...object, kind: String(object.event), id} : null;
}

/**
 * How long to wait before trying again: longer each time, and not all pages at once.
 * @param {number} failures so far
 * @param {number} random 0 to 1
 */
export function retryAfter(failures, random) {
    const longest = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures);

    return longest / 2 + random * longest / 2;
}

/**
 * Reads one stream to its end.
 * @param {AbortController} control
 * @param {() => void} onBegin
 */
async function readStream(control, onBegin) {
    /** @type {Record<string, string>} */
    const headers = {Accept: 'text/event-stream'};
    let timer = setTimeout(() => control.abort(), SILENT_MS);

    if (lastId !== '')
        headers['Last-Event-ID'] = lastId;
    try {
        const response = await fetch(URL_OF_EVENTS, {headers, cache: 'no-store',
            credentials: 'same-origin', signal: control.signal});

        if (!response.ok || response.body === null)
            return response.status;
        onBegin();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        const take = createEventLines((event) => {
            const told = readEvent(event);

            if (told !== null)
                tell(told);
        }, (id) => {
            lastId = id;
        });

        for (;;) {
            const {value, done} = await reader.read();

            if (done)
                return 200;
            clearTimeout(timer);
            timer = setTimeout(() => control.abort(), SILENT_MS);
            take(value);
        }
    } finally {
        clearTimeout(timer);
    }
}

/**
 * @param {AbortSignal} stopped
 * @param {() => void} onFirst the first stream has begun, or failed
 */
async function keepReading(stopped, onFirst) {
    for (let failures = 0; !stopped.aborted;) {
        const control = new AbortController();
        const stop = () => control.abort();
        let status = 0;
        let hasBegun = false;

        stopped.addEventListener('abort', stop);
        try {
            status = await readStream(control, () => {
                // Who reads already may have missed something, or was refused meanwhile.
                const isGap = lastId === '' || failures > 0;

                failures = 0;
                hasBegun = true;
                setState('live');
                if (isGap)
                    tell({kind: 'gap', id: lastId});
                onFirst();
            });
        } catch {
            status = 0;
        }
        onFirst();
        stopped.removeEventListener('abort', stop);
        if (stopped.aborted)
            return;
        if (status === 400 && lastId !== '')
            lastId = ''; // it knows no such place
        setState(status === 401 ? 'over' : 'lost');
        if (status === 401)
            return;
        await new Promise((done) => setTimeout(done, retryAfter(failures, Math.random())));
        if (!hasBegun)
            failures++;
    }
}

/**
 * Begins the stream, for who has logged in, or goes on with it.
 * @returns {Promise<void>} once it has begun, or could not
 */
export function startLive() {
    return new Promise((resolve) => {
        if (running !== null) {
            resolve();
            return;
        }
        running = new AbortController();
        keepReading(running.signal, resolve);
    });
}

function pauseLive() {
    running?.abort();
    running = null;
}

/** Ends it; what is subscribed stays so. */
export function stopLive() {
    pauseLive();
    lastId = '';
    state = 'lost';
}

/**
 * A tab that nobody looks at for long gives its connection back, and resumes. So does a page that was
 * left, which the browser keeps for who goes back: a few of those would hold all the connections that it
 * allows itself to one server.
 */
export function watchVisibility() {
    let timer = 0;
    let isPaused = false;
    const pause = () => {
        isPaused ||= running !== null;
        pauseLive();
    };
    const resume = () => {
        if (isPaused)
            startLive();
        isPaused = false;
    };

    document.addEventListener('visibilitychange', () => {
        clearTimeout(timer);
        if (document.hidden)
            timer = window.setTimeout(pause, HIDDEN_MS);
        else
            resume();
    });
    window.addEventListener('pagehide', pause);
    window.addEventListener('pageshow', resume);
}

/**
 * @param {(event: LiveEvent) => void} listener
 * @returns {() => void} unsubscribes
 */
export function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

/**
 * @param {(state: LiveState) => void} watcher told of each change
 * @returns {() => void} unsubscribes
 */
export function onState(watcher) {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
}
