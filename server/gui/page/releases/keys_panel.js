// The public keys that may sign images: add, retire, remove.

import {get, post} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {nameOf, timeOf} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {count} from './chain_words.js';
import {change, readState} from './change.js';

/** @typedef {import('./release_types.js').Key} Key */

async function addKey() {
    const values = await askForm({
        title: 'Add a key',
        sentence: 'The public half of a key that signs images. The private half stays with who signs: never give it here.',
        fields: [
            {name: 'name', label: 'Name', required: true, maxlength: 64},
            {name: 'pem', label: 'Public key', type: 'textarea', required: true, hint: 'PEM, begins with -----BEGIN PUBLIC KEY-----'},
        ],
        check: ({pem}) => pem.includes('PRIVATE KEY') ? 'This is a private key. It must not leave its machine: give the public one.' : null,
        action: 'Add it',
        send: async ({name, pem}) => {
            await post('/keys', {query: {name: name.trim()}, body: pem});
        },
    });

    if (values !== null)
        notify(`Key ${values.name} is known.`);
    return values !== null;
}

/**
 * Looks first, and says what it would mean.
 * @param {Key} key
 * @param {'retire' | 'remove'} verb
 */
async function endKey(key, verb) {
    const path = `/keys/${encodeURIComponent(key.id)}`;
    const {state} = await readState(path);
    const {use, refused} = await post(`${path}/${verb}`, {query: {dry: 1}});
    const effect = verb === 'retire' ? 'What it signs is not published any more, until it is taken into use again.'
        : 'It is forgotten: what it signs cannot be verified here any more.';
    const isMeant = await confirmAction({
        title: `${verb === 'retire' ? 'Retire' : 'Remove'} key ${key.name}`,
        sentence: `${effect} It signs ${count(use.signs, 'image')}, ${use.embeds.toLocaleString('en')} carry it, and ` +
            `${count(use.devices)} run one of these. ${count(use.stranded)} could never verify anything again.` +
            (refused ? ` The daemon advises against it: ${refused}` : ''),
        action: `${verb === 'retire' ? 'Retire' : 'Remove'} it${refused ? ' all the same' : ''}`, danger: true,
    });

    if (!isMeant)
        return false;
    await change(`${path}/${verb}`, {query: refused ? {force: 1} : {}, ifMatch: state});
    notify(`Key ${key.name} is ${verb}d.`);
    return true;
}

/** @param {Key} key */
async function takeBack(key) {
    await post(`/keys/${encodeURIComponent(key.id)}/retire`, {query: {undo: 1}});
    notify(`Key ${key.name} is in use again.`);
    return true;
}

/**
 * @param {string} text
 * @param {string} focus
 * @param {() => Promise<boolean>} action
 * @param {() => void} onDone
 */
function keyButton(text, focus, action, onDone) {
    /** @type {HTMLButtonElement} */
    const button = h('button', {type: 'button', dataset: {focus}, on: {click: () => attempt(button, async () => {
        if (await action())
            onDone();
    })}}, text);

    return button;
}

/**
 * @param {Key} key
 * @param {boolean} mayChange
 * @param {() => void} onDone
 */
function keyRow(key, mayChange, onDone) {
    const isRetired = key.retired_at_ms !== null;

    return h('tr', null, h('th', {scope: 'row'}, nameOf(key.name)), h('td', null, key.algorithm),
        h('td', null, isRetired ? badge('off', 'retired') : badge('good', 'in use')),
        h('td', null, timeOf(key.added_at_ms)), h('td', null, h('code', {title: key.id}, key.id.slice(0, 12))),
        mayChange ? h('td', null,
            isRetired ? keyButton('Use again', `use ${key.id}`, () => takeBack(key), onDone)
                : keyButton('Retire…', `retire ${key.id}`, () => endKey(key, 'retire'), onDone),
            ' ', keyButton('Remove…', `remove ${key.id}`, () => endKey(key, 'remove'), onDone)) : null);
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Key[]>}
 */
export function readKeys(signal) {
    return get('/keys', {}, signal);
}

/**
 * @param {Key[]} keys
 * @param {{mayChange: boolean, onDone: () => void}} terms
 * @returns {HTMLElement}
 */
export function showKeys(keys, {mayChange, onDone}) {
    const titles = ['Key', 'Algorithm', 'State', 'Added', 'ID', ...(mayChange ? ['Change'] : [])];

    return h('section', {class: 'card', 'aria-label': 'Keys'}, h('h2', null, 'Keys that sign images'),
        keys.length === 0 ? h('p', {class: 'empty'}, 'No key is known: what is uploaded cannot be verified. Add the public key first.')
            : h('div', {class: 'scrolls', tabindex: 0, role: 'group', 'aria-label': 'Keys'}, h('table', {class: 'plain'},
                h('thead', null, h('tr', null, titles.map((title) => h('th', {scope: 'col'}, title)))),
                h('tbody', null, keys.map((key) => keyRow(key, mayChange, onDone))))),
        mayChange ? h('div', {class: 'form-buttons'}, keyButton('Add a key…', 'add key', addKey, onDone)) : null);
}
