// What is done with users.

import {post} from '../api/client.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {notify} from '../ui/notice.js';
import {nameFault, passwordFault, ROLES, roleSentence} from './user.js';

/** @typedef {import('./user.js').User} User */
/** @typedef {import('../ui/form.js').Field} Field */

/** @param {string} name @param {string} verb */
const pathOf = (name, verb) => `/users/${encodeURIComponent(name)}/${verb}`;

/** @type {Field[]} */
const NEW_PASSWORD = [
    {name: 'password', label: 'New password', type: 'password', required: true,
        autocomplete: 'new-password', hint: '10 to 128 bytes'},
    {name: 'again', label: 'The same again', type: 'password', required: true,
        autocomplete: 'new-password'},
];

/** @returns {Promise<boolean>} whether anything was changed */
export async function addUser() {
    const values = await askForm({
        title: 'Add a user',
        fields: [
            {name: 'name', label: 'Name', required: true, maxlength: 32, autocomplete: 'off'},
            {name: 'role', label: 'Role', type: 'select', value: 'viewer', options: ROLES,
                required: true},
            ...NEW_PASSWORD.map((it) => ({...it, required: false,
                hint: it.name === 'password'
                    ? '10 to 128 bytes; none: the user shows a client certificate of that name' : ''})),
        ],
        action: 'Add',
        check: (it) => nameFault(it.name) ?? (it.password === '' && it.again === '' ? null
            : passwordFault(it.password, it.again)),
        send: async ({name, role, password}) => {
            await post('/users', {body: {name, role, ...(password === '' ? {} : {password})}});
        },
    });

    if (values !== null)
        notify(`${values.name} is added as ${values.role}`);
    return values !== null;
}

/**
 * @param {User} user
 * @returns {Promise<boolean>}
 */
export async function changeRole(user) {
    const values = await askForm({
        title: `Role of ${user.name}`,
        fields: [{name: 'role', label: 'Role', type: 'select', value: user.role, options: ROLES,
            required: true}],
        action: 'Next',
    });

    if (values === null || values.role === user.role)
        return false;
    const isSure = await confirmAction({title: `Role of ${user.name}`,
        sentence: roleSentence(user.name, user.role, values.role), action: 'Change role',
        danger: true});

    if (isSure) {
        await post(pathOf(user.name, 'role'), {query: {role: values.role}});
        notify(`${user.name} is ${values.role}`);
    }
    return isSure;
}

/**
 * @param {string} name
 * @param {boolean} isOwn then the old one is needed
 * @returns {Promise<boolean>}
 */
export async function changePassword(name, isOwn) {
    /** @type {Field[]} */
    const old = isOwn ? [{name: 'old', label: 'Password until now', type: 'password', required: true,
        autocomplete: 'current-password'}] : [];
    const values = await askForm({
        title: `Password of ${name}`,
        sentence: `All sessions and all tokens of ${name} end${isOwn ? ', this one too: log in again' : ''}.`,
        // whose it is, for what keeps passwords
        fields: [{name: 'user', label: 'Name', value: name, readonly: true, autocomplete: 'username'},
            ...old, ...NEW_PASSWORD],
        action: 'Set password',
        danger: true,
        check: (it) => passwordFault(it.password, it.again),
        send: async (it) => {
            await post(pathOf(name, 'password'),
                {body: {password: it.password, ...(isOwn ? {old: it.old} : {})}});
        },
    });

    if (values !== null)
        notify(`${name} has another password`);
    return values !== null;
}

/**
 * @param {User} user
 * @param {number} tokens how many are his
 * @returns {Promise<boolean>}
 */
export async function removeUser(user, tokens) {
    const isSure = await confirmAction({title: `Remove ${user.name}`,
        sentence: `${user.name} may not log in any more. All sessions end, and ${tokens} ` +
            `token${tokens === 1 ? '' : 's'}. What ${user.name} has done stays in the audit log.`,
        action: 'Remove', danger: true});

    if (isSure) {
        await post(pathOf(user.name, 'remove'));
        notify(`${user.name} is removed`);
    }
    return isSure;
}
