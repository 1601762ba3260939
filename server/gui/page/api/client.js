// Requests to the daemon, and its refusals.

const BASE = '/api/v1';
const TRIES = 3; // of a request that is done once however often it is sent
const BETWEEN_TRIES_MS = 1000;

/** @typedef {{[name: string]: string | number | boolean | null | undefined | (string | number)[]}} Query */

/** What the daemon refused, or that it did not answer: `status` 0, `code` "unreachable". */
export class ApiError extends Error {
    /**
     * @param {number} status of HTTP
     * @param {string} code as "not-found"
     * @param {string} message a line that says what to do next
     */
    constructor(status, code, message) {
        super(message);
        this.name = 'ApiError';
        this.status = status;
        this.code = code;
    }
}

/** @type {() => void} */
let sessionEnded = () => {};

/**
 * Whom to tell that the daemon knows this session no more.
 * @param {() => void} listener
 */
export function onSessionEnd(listener) {
    sessionEnded = listener;
}

/**
 * @param {string} path below /api/v1, as "/devices"; it may have a query of its own
 * @param {Query} [query] null and undefined are left out
 * @returns {string}
 */
export function urlOf(path, query) {
    const params = new URLSearchParams();

    for (const [name, value] of Object.entries(query ?? {})) {
        if (value === null || value === undefined)
            continue;
        for (const one of Array.isArray(value) ? value : [value])
            params.append(name, one === true ? '1' : one === false ? '0' : String(one));
    }
    const text = params.toString();
    return BASE + path + (text === '' ? '' : (path.includes('?') ? '&' : '?') + text);
}

/**
 * Where the next page is (RFC 8288), as a path for getPage.
 * @param {string} path that was asked
 * @param {string | null} link
 * @returns {string | null}
 */
export function nextOf(path, link) {
    const found = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '');

    if (found === null)
        return null;
    return path.split('?')[0] + found[1].slice(found[1].indexOf('?'));
}

/**
 * @param {number} status
 * @param {string} text the body, of whatever type
 * @returns {ApiError}
 */
export function errorOf(status, text) {
    let problem = null;

    try {
        problem = JSON.parse(text);
    } catch {
        // Something between the page and the daemon has answered.
    }
    return new ApiError(status, problem?.error?.code ?? 'http',
        problem?.detail ?? problem?.error?.message ?? `The server answered ${status}.`);
}

/** @param {unknown} error */
function unreachable(error) {
    if (error instanceof DOMException && error.name === 'AbortError')
        return error;
    return new ApiError(0, 'unreachable', 'The server does not answer. Is it running, and the network there?');
}

/**
 * @param {string} url
 * @param {RequestInit} init
 */
async function request(url, init) {
    let response;
    let text;

    try {
        response = await fetch(url, {credentials: 'same-origin', cache: 'no-cache', ...init});
        text = response.ok ? null : await response.text();
    } catch (error) {
        throw unreachable(error);
    }
    if (response.ok)
        return response;
    if (response.status === 401 && !url.startsWith(`${BASE}/session`))
        sessionEnded();
    throw errorOf(response.status, text ?? '');
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function jsonOf(response) {
    try {
        return response.status === 204 ? null : await response.json();
    } catch (error) {
        throw error instanceof SyntaxError
            ? new ApiError(response.status, 'http', 'The server answered with something else than JSON.')
            : unreachable(error);
    }
}

/**
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the parsed answer
 */
export async function get(path, query, signal) {
    return jsonOf(await request(urlOf(path, query), {signal}));
}

/**
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<{value: any, tag: string | null}>} tag: for ifMatch
 */
export async function getTagged(path, query, signal) {
    const response = await request(urlOf(path, query), {signal});

    return {value: await jsonOf(response), tag: response.headers.get('ETag')};
}

/**
 * A page of a list. The query needs a limit; of a `next` it is left out.
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<{rows: any[], next: string | null}>}
 */
export async function getPage(path, query, signal) {
    const response = await request(urlOf(path, query), {signal});

    return {rows: await jsonOf(response), next: nextOf(path, response.headers.get('Link'))};
}

/** @param {unknown} body */
function isRaw(body) {
    return typeof body === 'string' || body instanceof Blob || body instanceof ArrayBuffer ||
        ArrayBuffer.isView(body);
}

/**
 * @param {{body?: any, ifMatch?: string | null, key?: boolean, signal?: AbortSignal}} terms
 * @returns {RequestInit}
 */
export function initOf({body, ifMatch, key, signal}) {
    /** @type {Record<string, string>} */
    const headers = {};

    if (ifMatch)
        headers['If-Match'] = ifMatch;
    if (key)
        headers['Idempotency-Key'] = `"${crypto.randomUUID()}"`;
    if (body !== undefined && !isRaw(body))
        headers['Content-Type'] = 'application/json';
    return {method: 'POST', headers, signal,
        body: body === undefined || isRaw(body) ? body : JSON.stringify(body)};
}

/**
 * A change. The body is sent as it is if it is text or bytes, else as JSON. With `key` it is done
 * once, and sent again if no answer comes.
 * @param {string} path
 * @param {{query?: Query, body?: any, ifMatch?: string | null, key?: boolean, signal?: AbortSignal}} [terms]
 * @returns {Promise<any>}
 */
export async function post(path, terms = {}) {
    const init = initOf(terms);

    for (let left = terms.key ? TRIES : 1; ; ) {
        try {
            return await jsonOf(await request(urlOf(path, terms.query), init));
        } catch (error) {
            if (!(error instanceof ApiError) || error.code !== 'unreachable' || --left === 0)
                throw error;
            await new Promise((done) => setTimeout(done, BETWEEN_TRIES_MS));
        }
    }
}

/**
 * Sends a file.
 * @param {string} path
 * @param {Blob} file
 * @param {{query?: Query, onProgress?: (sent: number, total: number) => void, signal?: AbortSignal}} [terms]
 * @returns {Promise<any>}
 */
export function upload(path, file, terms = {}) {
    const {query, onProgress, signal} = terms;

    return new Promise((resolve, reject) => {
        const sending = new XMLHttpRequest(); // fetch does not say how much was sent

        sending.open('POST', urlOf(path, query));
        sending.upload.addEventListener('progress', (event) => onProgress?.(event.loaded, event.total));
        sending.addEventListener('error', () => reject(unreachable(null)));
        sending.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        sending.addEventListener('load', () => {
            if (sending.status === 401)
                sessionEnded();
            if (sending.status < 200 || sending.status > 299)
                reject(errorOf(sending.status, sending.responseText));
            else
                resolve(sending.responseText === '' ? null : JSON.parse(sending.responseText));
        });
        signal?.addEventListener('abort', () => sending.abort());
        sending.send(file);
    });
}
