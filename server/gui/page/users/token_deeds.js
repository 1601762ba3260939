// What is done with tokens. A new one is shown once.

import {post} from '../api/client.js';
import {askForm, confirmAction, showDialog} from '../ui/dialog.js';
import {h, replace} from '../ui/dom.js';
import {notify} from '../ui/notice.js';
import {button} from '../ui/rows.js';
import {attempt} from '../ui/work.js';
import {daysFault, rolesUpTo} from './user.js';

/** @typedef {import('./user.js').Token} Token */

const DAYS = 90;

/**
 * The token, with a button that copies it.
 * @param {string} text
 */
function secretOf(text) {
    const said = h('span', {role: 'status'});
    const copy = button('Copy', (made) => attempt(made, async () => {
        await navigator.clipboard.writeText(text);
        replace(said, ' copied');
    }));

    return h('div', {},
        h('p', {}, 'Note it now: it is not shown again. A program sends it as ',
            h('code', {}, 'Authorization: Bearer …'), '.'),
        h('p', {}, h('code', {class: 'secret', tabindex: 0}, text)),
        h('p', {}, copy, said));
}

/**
 * @param {(role: import('./user.js').Role) => boolean} may
 * @returns {Promise<boolean>} whether one was made
 */
export async function createToken(may) {
    let secret = '';
    const values = await askForm({
        title: 'Create a token',
        sentence: 'For a program that asks in your name. It ends by itself, and with your password.',
        fields: [
            {name: 'name', label: 'Name', required: true, hint: 'As what it is for: backup, prometheus'},
            {name: 'role', label: 'Role', type: 'select', value: 'viewer', options: rolesUpTo(may),
                required: true},
            {name: 'days', label: 'Days until it ends', type: 'number', value: DAYS, required: true,
                min: 1, max: 3650},
        ],
        action: 'Create',
        check: (it) => daysFault(it.days),
        send: async ({name, role, days}) => {
            secret = (await post('/tokens', {body: {name, role, days}})).token;
        },
    });

    if (values === null)
        return false;
    await showDialog({title: `Token ${values.name}`, content: secretOf(secret),
        close: 'I have noted it'});
    return true;
}

/**
 * @param {Token} token
 * @returns {Promise<boolean>}
 */
export async function removeToken(token) {
    const isSure = await confirmAction({title: `Remove token ${token.name}`,
        sentence: `Programs that send the token ${token.name} are refused at once, and streams that ` +
            'they follow end.',
        action: 'Remove', danger: true});

    if (isSure) {
        await post(`/tokens/${encodeURIComponent(token.name)}/remove`);
        notify(`Token ${token.name} is removed`);
    }
    return isSure;
}
