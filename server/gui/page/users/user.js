// Users and tokens: what they are, and what the daemon takes.

/** @typedef {'viewer' | 'operator' | 'administrator'} Role */
/** @typedef {{name: string, role: Role, created_at_ms: number, password_at_ms: number | null}} User */
/**
 * @typedef {{
 *     name: string, user: string | null, role: Role, created_at_ms: number, ends_at_ms: number,
 *     used_at_ms: number | null
 * }} Token
 */

/** @type {{value: Role, label: string}[]} */
export const ROLES = [
    {value: 'viewer', label: 'viewer: sees all, changes nothing'},
    {value: 'operator', label: 'operator: also commands, releases, rollouts, settings'},
    {value: 'administrator', label: 'administrator: everything'},
];

const NAME = /^[a-z][a-z0-9._-]{0,31}$/;
const PASSWORD_MIN = 10;
const PASSWORD_MAX = 128;
const DAYS_MAX = 3650;

/**
 * The roles that somebody may give away.
 * @param {(role: Role) => boolean} may
 */
export function rolesUpTo(may) {
    return ROLES.filter((it) => may(it.value));
}

/** @param {string} text @returns {string | null} what is wrong with it */
export function nameFault(text) {
    return NAME.test(text) ? null
        : 'A name is 1 to 32 lower-case letters, digits, ".", "_" or "-", a letter first';
}

/**
 * @param {string} password
 * @param {string} again
 * @returns {string | null}
 */
export function passwordFault(password, again) {
    const size = new TextEncoder().encode(password).length;

    if (size < PASSWORD_MIN || size > PASSWORD_MAX)
        return `A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} bytes; this has ${size}`;
    return password === again ? null : 'The passwords are not the same';
}

/** @param {unknown} days @returns {string | null} */
export function daysFault(days) {
    return typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= DAYS_MAX ? null
        : `Days are a whole number, 1 to ${DAYS_MAX}`;
}

/**
 * What another role brings, in a sentence.
 * @param {string} name
 * @param {Role} before
 * @param {Role} after
 */
export function roleSentence(name, before, after) {
    const rank = ROLES.map((it) => it.value);
    const less = rank.indexOf(after) < rank.indexOf(before);

    return `${name} is ${after} from now on, not ${before}. All sessions of ${name} end: log in again.` +
        (less ? ' Tokens that may do more end, too.' : '');
}
