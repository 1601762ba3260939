// A row of the audit log: who it was, and what was before and is after.

/**
 * @typedef {{
 *     number: number, at_ms: number, who: string, user: string | null, pid: number | null,
 *     verb: string, kind: string, object: string | null, forced: boolean,
 *     before: {[name: string]: unknown} | null, after: {[name: string]: unknown} | null, hash: string
 * }} Change
 */
/** @typedef {{name: string, before: string | null, after: string | null, isSame: boolean}} Difference */

const TIME_MIN = 1e12; // less is no time of today, but how long

/**
 * Who it was, as people say it, and from where.
 * @param {Change} it
 */
export function authorOf(it) {
    if (it.who.startsWith('uid '))
        return it.user ?? it.who;
    return it.user === null ? it.who : `${it.who} from ${it.user}`;
}

/** @param {Change} it */
export function deedOf(it) {
    return `${it.kind} ${it.verb}${it.forced ? ' (forced)' : ''}`;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function textOf(name, value) {
    if (value === undefined)
        return null;
    if (name.endsWith('_ms') && typeof value === 'number' && value > TIME_MIN)
        return new Date(value).toLocaleString();
    return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Member by member: what has changed first, in the order in which it stands there.
 * @param {Change} it
 * @returns {Difference[]}
 */
export function differencesOf(it) {
    const names = new Set([...Object.keys(it.before ?? {}), ...Object.keys(it.after ?? {})]);
    const all = [...names].map((name) => {
        const before = textOf(name, it.before?.[name]);
        const after = textOf(name, it.after?.[name]);

        return {name, before, after, isSame: before === after};
    });

    return [...all.filter((one) => !one.isSame), ...all.filter((one) => one.isSame)];
}

/**
 * In one line: "role viewer → operator".
 * @param {Change} it
 */
export function briefOf(it) {
    const changed = differencesOf(it).filter((one) => !one.isSame);

    if (it.before === null)
        return changed.map((one) => `${one.name} ${one.after}`).join(', ');
    if (it.after === null)
        return `was ${changed.map((one) => `${one.name} ${one.before}`).join(', ')}`;
    return changed.map((one) => `${one.name} ${one.before ?? '–'} → ${one.after ?? '–'}`).join(', ');
}

/**
 * Rows that were read are put to those that are there, each once, the newest first.
 * @param {Change[]} there
 * @param {Change[]} read
 */
export function merge(there, read) {
    const all = new Map([...there, ...read].map((it) => [it.number, it]));

    return [...all.values()].sort((a, b) => b.number - a.number);
}

/**
 * Where reading back begins: the log is read upwards, so steps back are numbers.
 * @param {number} from number of the oldest that was read, or one more than the last
 * @param {number} step
 */
export function stepBack(from, step) {
    return Math.max(0, from - 1 - step);
}
