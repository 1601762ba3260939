// Times, sizes and foreign text, as people read them.

import {h} from './dom.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TEXT_MAX = 120;
const REFRESH_MS = 10 * SECOND;

const shortTime = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'});
const exactTime = new Intl.DateTimeFormat(undefined, {
    year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit',
    second: '2-digit', fractionalSecondDigits: 3, timeZoneName: 'short',
});

/**
 * @param {number | null | undefined} ms
 * @returns {ms is number}
 */
function isTime(ms) {
    return typeof ms === 'number' && Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;
}

/**
 * The exact time in the reader's zone and in UTC.
 * @param {number} ms
 * @returns {string}
 */
export function exactTimeText(ms) {
    return `${exactTime.format(ms)} (${new Date(ms).toISOString()})`;
}

/**
 * @param {number | null | undefined} ms
 * @returns {HTMLElement}
 */
export function timeOf(ms) {
    if (!isTime(ms))
        return h('span', {class: 'none'}, '–');
    return h('time', {datetime: new Date(ms).toISOString(), title: exactTimeText(ms)},
        shortTime.format(ms));
}

/**
 * "3 min ago", "in 2 days".
 * @param {number} ms
 * @param {number} nowMs
 * @returns {string}
 */
export function ageText(ms, nowMs) {
    const distance = Math.abs(nowMs - ms);

    if (distance < 5 * SECOND)
        return 'now';
    const text = durationOf(distance, 1);
    return ms <= nowMs ? `${text} ago` : `in ${text}`;
}

let isRefreshing = false;

function refreshAges() {
    for (const element of document.querySelectorAll('time[data-age]')) {
        const text = ageText(Number(/** @type {HTMLElement} */ (element).dataset.age), Date.now());

        if (element.textContent !== text)
            element.textContent = text;
    }
}

/**
 * How long ago, kept up to date while it is on the page.
 * @param {number | null | undefined} ms
 * @returns {HTMLElement}
 */
export function ageOf(ms) {
    if (!isTime(ms))
        return h('span', {class: 'none'}, 'never');
    if (!isRefreshing) {
        isRefreshing = true;
        setInterval(refreshAges, REFRESH_MS);
    }
    return h('time', {
        datetime: new Date(ms).toISOString(), title: exactTimeText(ms), dataset: {age: ms},
    }, ageText(ms, Date.now()));
}

/**
 * @param {number | null | undefined} n
 * @returns {string}
 */
export function bytesOf(n) {
    if (n === null || n === undefined)
        return '–';
    const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
    let value = n;
    let i = 0;

    while (Math.abs(value) >= 1024 && i < units.length - 1) {
        value /= 1024;
        i++;
    }
    const digits = i === 0 || Math.abs(value) >= 100 ? 0 : 1;
    return `${value.toFixed(digits)} ${i === 0 && n === 1 ? 'byte' : units[i]}`;
}

/**
 * "2 days 3 h": at most so many units.
 * @param {number | null | undefined} ms
 * @param {number} [units]
 * @returns {string}
 */
export function durationOf(ms, units = 2) {
    if (ms === null || ms === undefined)
        return '–';
    if (Math.abs(ms) < SECOND)
        return `${Math.round(ms)} ms`;
    /** @type {[number, string, string][]} */
    const names = [[DAY, 'day', 'days'], [HOUR, 'h', 'h'], [MINUTE, 'min', 'min'], [SECOND, 's', 's']];
    const parts = [];
    let left = Math.abs(ms);
    let begun = -1;

    for (let i = 0; i < names.length; i++) {
        const [size, one, many] = names[i];
        const n = Math.floor(left / size);

        left -= n * size;
        if (n > 0 && begun < 0)
            begun = i;
        if (n > 0 && i - begun < units)
            parts.push(`${n} ${n === 1 ? one : many}`);
    }
    return (ms < 0 ? '-' : '') + parts.join(' ');
}

/**
 * Whether a character would do something to text instead of being seen: controls, and what turns
 * the direction or has no width (Unicode's Cf).
 * @param {number} code
 */
function isUnseen(code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0xad || code === 0x61c ||
        (code >= 0x180b && code <= 0x180f) || (code >= 0x200b && code <= 0x200f) ||
        (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
        code === 0xfeff || (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xd800 && code <= 0xdfff) ||
        (code >= 0xe0000 && code <= 0xe0fff);
}

/** @param {number} code */
function symbolOf(code) {
    if (code < 0x20)
        return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : `\u27e8${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/**
 * Foreign text with its control characters and escapes as symbols, cut with … if it is longer than
 * so many characters.
 * @param {string | null | undefined} text
 * @param {number} [max]
 * @returns {string}
 */
export function visible(text, max = TEXT_MAX) {
    let seen = '';
    let n = 0;

    for (const character of text ?? '') {
        const code = /** @type {number} */ (character.codePointAt(0));

        if (n++ >= max)
            return `${seen}…`;
        seen += isUnseen(code) ? symbolOf(code) : character;
    }
    return seen;
}

/**
 * Foreign text in an element: its direction is its own, the whole is in the title.
 * @param {string | null | undefined} text
 * @param {number} [max]
 * @returns {HTMLElement}
 */
export function nameOf(text, max = TEXT_MAX) {
    const seen = visible(text, max);

    return h('bdi', {dir: 'auto', class: 'name', title: seen === text ? null : visible(text, 4096)},
        seen);
}
