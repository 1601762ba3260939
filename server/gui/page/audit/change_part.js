// One row of the audit log with all that it holds: before and after side by side.

import {h} from '../ui/dom.js';
import {nameOf, timeOf} from '../ui/format.js';
import {button, factsOf, rowsOf, section} from '../ui/rows.js';
import {authorOf, deedOf, differencesOf} from './change.js';

/** @typedef {import('./change.js').Change} Change */

const VALUE_MAX = 400;

/** @param {string | null} text @param {'del' | 'ins' | 'span'} tag */
const valueOf = (text, tag) => (text === null ? '–' : h(tag, {}, nameOf(text, VALUE_MAX)));

/**
 * Where the thing has a page of its own.
 * @param {Change} it
 */
function objectOf(it) {
    /** @type {{[kind: string]: string}} */
    const pages = {device: 'devices', enrolment: 'enrolment', certificate: 'certificates',
        rollout: 'rollouts'};

    if (it.object === null)
        return '–';
    return pages[it.kind] === undefined ? nameOf(it.object)
        : h('a', {href: `#/${pages[it.kind]}/${encodeURIComponent(it.object)}`}, nameOf(it.object));
}

/**
 * @param {Change} it
 * @param {() => void} onClose
 */
export function changePart(it, onClose) {
    const rows = differencesOf(it).map((one) => [
        one.name,
        valueOf(one.before, one.isSame ? 'span' : 'del'),
        valueOf(one.after, one.isSame ? 'span' : 'ins'),
        one.isSame ? 'same' : one.before === null ? 'new' : one.after === null ? 'gone' : 'changed',
    ]);

    return section(`Row ${it.number}`,
        factsOf([
            ['When', timeOf(it.at_ms)],
            ['Who', nameOf(authorOf(it)), it.pid === null ? null : `, process ${it.pid}`],
            ['What', deedOf(it)],
            ['Of', objectOf(it)],
            ['Hash', h('code', {}, it.hash)],
        ]),
        rowsOf('Before and after', ['Member', 'Before', 'After', ''], rows, 'It holds no members.'),
        h('p', {class: 'buttons'}, button('Close', onClose)));
}
