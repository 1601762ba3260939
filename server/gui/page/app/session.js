// Who is logged in.

import {ApiError, get, post} from '../api/client.js';

/** @typedef {'viewer' | 'operator' | 'administrator'} Role */
/** @typedef {{name: string, role: Role, how: string}} User how: "session", "certificate" */

const RANKS = {viewer: 1, operator: 2, administrator: 3};
const REMEMBERED = 'secureesp.logged-in';

/**
 * @param {User} user
 * @param {Role} role
 */
export function hasRole(user, role) {
    return (RANKS[user.role] ?? 0) >= RANKS[role];
}

/**
 * Whether this browser was logged in when it was last here: else who is there needs not be asked.
 */
export function wasLoggedIn() {
    return localStorage.getItem(REMEMBERED) !== null;
}

/** Forgets it. */
export function forget() {
    localStorage.removeItem(REMEMBERED);
}

/**
 * @returns {Promise<User | null>} null: nobody is
 */
export async function readUser() {
    try {
        const user = await get('/session');

        localStorage.setItem(REMEMBERED, '1');
        return user;
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401)
            throw error;
        forget();
        return null;
    }
}

/**
 * @param {string} name
 * @param {string} password
 * @returns {Promise<User>}
 */
export async function logIn(name, password) {
    const user = await post('/session', {body: {name, password}});

    localStorage.setItem(REMEMBERED, '1');
    return user;
}

/** Ends the session. */
export async function logOut() {
    await post('/session/end');
    forget();
}
