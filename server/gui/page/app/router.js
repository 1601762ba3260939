// Which page is open: by the hash, one at a time.

import {h, replace} from '../ui/dom.js';
import {hasRole} from './session.js';

/** @typedef {{close?: () => void}} Page */
/**
 * @typedef {{
 *     parts: string[], query: URLSearchParams, user: import('./session.js').User,
 *     may: (role: import('./session.js').Role) => boolean,
 *     go: (hash: string) => void, setTitle: (text: string) => void,
 *     setQuery: (query: URLSearchParams | {[name: string]: string}) => void,
 *     addKey: (keys: string, text: string, action: () => void) => void
 * }} Context
 *     parts: of the hash behind the page's name; setQuery: changes the hash and opens nothing anew;
 *     addKey: for as long as the page is open
 */
/**
 * @typedef {{
 *     title: string,
 *     open: (place: HTMLElement, context: Context) => Page | void | Promise<Page | void>
 * }} PageModule the title is shown as the only h1; a page's own headings begin with h2
 */
/** @typedef {import('./pages.js').PageEntry} PageEntry */

/**
 * @param {string} text
 * @returns {string}
 */
function decode(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

/**
 * "#/devices/MAC?tab=x" is {name: "devices", parts: ["MAC"], query: tab=x}.
 * @param {string} hash
 * @returns {{name: string, parts: string[], query: URLSearchParams}}
 */
export function parseHash(hash) {
    const text = hash.replace(/^#?\/?/, '');
    const question = text.indexOf('?');
    const path = question < 0 ? text : text.slice(0, question);
    const [name = '', ...parts] = path.split('/').filter((part) => part !== '').map(decode);

    return {name, parts, query: new URLSearchParams(question < 0 ? '' : text.slice(question + 1))};
}

/**
 * The other way round.
 * @param {string} name
 * @param {string[]} parts
 * @param {URLSearchParams} [query]
 * @returns {string}
 */
export function hashOf(name, parts, query) {
    const text = query?.toString() ?? '';

    return `#/${[name, ...parts].map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** @param {string} text */
function failurePage(text) {
    return h('p', {class: 'page-failure', role: 'alert'}, text);
}

/**
 * @typedef {{
 *     pages: PageEntry[], place: HTMLElement, user: import('./session.js').User,
 *     onOpen: (entry: PageEntry | null, isFirst: boolean) => void, setTitle: (text: string) => void,
 *     addKey: (keys: string, text: string, action: () => void) => () => void
 * }} RouterTerms
 */

/**
 * @param {RouterTerms} terms
 * @param {ReturnType<typeof parseHash>} route
 * @param {(() => void)[]} taken gets what takes the page's keys away
 * @returns {Context}
 */
function contextOf({user, setTitle, addKey}, route, taken) {
    return {
        parts: route.parts, query: route.query, user, setTitle,
        may: (role) => hasRole(user, role),
        go: (hash) => {
            location.hash = hash;
        },
        setQuery: (query) => history.replaceState(null, '', hashOf(route.name, route.parts,
            new URLSearchParams(query))),
        addKey: (keys, text, action) => {
            taken.push(addKey(keys, text, action));
        },
    };
}

/**
 * @param {PageEntry[]} pages
 * @param {string} name "": the first
 */
function entryOf(pages, name) {
    return (name === '' ? pages[0] : pages.find((entry) => entry.name === name)) ?? null;
}

/** @param {unknown} error */
function textOf(error) {
    return error instanceof Error ? error.message : String(error);
}

/**
 * Why a page is not shown, or null.
 * @param {PageEntry | null} entry
 * @param {import('./session.js').User} user
 */
function refusalOf(entry, user) {
    if (entry === null)
        return 'There is no such page.';
    return hasRole(user, entry.role) ? null
        : `This page is for the role ${entry.role}; yours is ${user.role}.`;
}

/**
 * @param {RouterTerms} terms
 * @returns {{close: () => void, retry: () => void}} retry: opens a page anew that could not be opened
 */
export function startRouter(terms) {
    const {pages, place, user, onOpen, setTitle} = terms;
    let turn = 0;
    let hasFailed = false;
    /** @type {Page | void} */
    let page = undefined;
    /** @type {(() => void)[]} */
    const taken = [];
    const closePage = () => {
        const old = page;

        page = undefined;
        hasFailed = false;
        taken.splice(0).forEach((take) => take());
        old?.close?.();
    };

    const show = async () => {
        const mine = ++turn;
        const route = parseHash(location.hash);
        const entry = entryOf(pages, route.name);
        const refusal = refusalOf(entry, user);
        const inner = h('div', {class: 'page'});

        closePage();
        onOpen(entry, mine === 1);
        setTitle(entry?.title ?? 'Not found');
        replace(place, refusal === null ? inner : failurePage(refusal));
        if (entry === null || refusal !== null)
            return;
        try {
            const {title, open} = await entry.load();

            if (mine !== turn)
                return;
            setTitle(title);
            const opened = await open(inner, contextOf(terms, {...route, name: entry.name}, taken));

            if (mine === turn)
                page = opened;
            else
                opened?.close?.();
        } catch (error) {
            if (mine === turn) {
                hasFailed = true;
                replace(place, failurePage(textOf(error)));
            }
        }
    };

    window.addEventListener('hashchange', show);
    show();
    return {
        retry: () => void (hasFailed && show()),
        close: () => {
            turn++;
            window.removeEventListener('hashchange', show);
            closePage();
        },
    };
}
