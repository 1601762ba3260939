// The page of users and tokens. Who is no administrator sees the own tokens and the own password.

import {get} from '../api/client.js';
import {keepRead} from '../api/reader.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, nameOf, timeOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {redrawer} from '../ui/redraw.js';
import {button, rowsOf, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';
import {createToken, removeToken} from './token_deeds.js';
import {addUser, changePassword, changeRole, removeUser} from './user_deeds.js';

/** @typedef {import('./user.js').User} User */
/** @typedef {import('./user.js').Token} Token */
/** @typedef {import('../app/router.js').Context} Context */

export const title = 'Users and tokens';

const POLL_MS = 30000;
const SOON_MS = 7 * 24 * 3600 * 1000;

/**
 * A button that does something and has the page read anew.
 * @param {string} text
 * @param {() => Promise<boolean>} deed
 * @param {() => void} onChange
 * @param {{label?: string, class?: string}} [more]
 */
function deedButton(text, deed, onChange, more) {
    return button(text, (made) => attempt(made, async () => {
        if (await deed())
            onChange();
    }), more);
}

/**
 * @param {User[]} users
 * @param {Token[]} tokens
 * @param {string} self
 * @param {() => void} onChange
 */
function usersPart(users, tokens, self, onChange) {
    const rows = users.map((it) => {
        const count = tokens.filter((token) => token.user === it.name).length;

        return [
            h('span', {}, nameOf(it.name), it.name === self ? ' (you)' : null),
            it.role,
            it.password_at_ms === null ? 'none: certificate' : ageOf(it.password_at_ms),
            timeOf(it.created_at_ms),
            count,
            h('span', {class: 'buttons'},
                deedButton('Role…', () => changeRole(it), onChange, {label: `Role of ${it.name}`}),
                deedButton('Password…', () => changePassword(it.name, it.name === self), onChange,
                    {label: `Password of ${it.name}`}),
                deedButton('Remove…', () => removeUser(it, count), onChange,
                    {label: `Remove ${it.name}`, class: 'danger'})),
        ];
    });

    return section('Users',
        h('p', {class: 'buttons'}, deedButton('Add a user…', addUser, onChange, {class: 'primary'})),
        rowsOf('Users', ['Name', 'Role', 'Password set', 'Since', 'Tokens', 'Actions'], rows,
            'There are no users.'));
}

/**
 * @param {Token} it
 * @param {number} nowMs
 */
function endOf(it, nowMs) {
    if (it.ends_at_ms <= nowMs)
        return h('span', {}, badge('off', 'ended'), ' ', timeOf(it.ends_at_ms));
    return h('span', {}, it.ends_at_ms - nowMs < SOON_MS ? badge('warn', 'soon') : null, ' ',
        timeOf(it.ends_at_ms));
}

/**
 * @param {Token[]} tokens
 * @param {Context} context
 * @param {() => void} onChange
 */
function tokensPart(tokens, context, onChange) {
    const nowMs = Date.now();
    const rows = tokens.map((it) => [
        nameOf(it.name),
        it.user === null ? 'the machine' : nameOf(it.user),
        it.role,
        it.used_at_ms === null ? 'never' : ageOf(it.used_at_ms),
        endOf(it, nowMs),
        deedButton('Remove…', () => removeToken(it), onChange,
            {label: `Remove token ${it.name}`, class: 'danger'}),
    ]);

    return section(context.may('administrator') ? 'Tokens' : 'Your tokens',
        h('p', {class: 'buttons'}, deedButton('Create a token…',
            () => createToken((role) => context.may(role)), onChange, {class: 'primary'})),
        rowsOf('Tokens', ['Name', 'Of', 'Role', 'Used', 'Ends', 'Actions'], rows,
            'There are no tokens.'));
}

/**
 * Who is logged in, and the own password.
 * @param {Context} context
 */
function selfPart(context) {
    const {name, role, how} = context.user;

    return section('You', h('p', {}, nameOf(name), `, ${role}, by ${how}.`),
        h('p', {class: 'buttons'}, deedButton('Change your password…',
            () => changePassword(name, true), () => {})));
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function open(place, context) {
    const seesAll = context.may('administrator');
    const parts = {users: h('div', {}), tokens: h('div', {})};
    const draw = {users: redrawer(parts.users), tokens: redrawer(parts.tokens)};
    const reader = keepRead(async (signal) => {
        const [users, tokens] = await Promise.all([
            seesAll ? get('/users', {}, signal) : [], get('/tokens', {}, signal),
        ]);

        if (seesAll)
            draw.users([users, tokens.map((/** @type {Token} */ it) => it.user)], () =>
                usersPart(users, tokens, context.user.name, reader.now));
        draw.tokens(tokens, () => tokensPart(tokens, context, reader.now));
    }, {
        everyMs: POLL_MS,
        concerns: (what) => what.subject === 'user' || what.subject === 'token',
        onFailure: notifyFailure,
    });

    replace(place, seesAll ? null : selfPart(context), parts.users, parts.tokens);
    return {close: reader.close};
}
