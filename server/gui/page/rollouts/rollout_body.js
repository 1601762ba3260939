// From what was typed into the form to the body of POST /api/v1/rollouts.

/**
 * @typedef {object} Values of the form; all of them text as typed, or whether a box is checked
 * @property {string} name
 * @property {'image' | 'config'} kind
 * @property {string} image
 * @property {'all' | 'filter' | 'group'} who
 * @property {string} filter
 * @property {string} group
 * @property {string} patch
 * @property {boolean} force
 * @property {string} phases
 * @property {string} rate
 * @property {string} at_once
 * @property {string} site
 * @property {string} per_site
 * @property {string} start of a datetime-local: the reader's clock
 * @property {string} window
 * @property {string} success
 * @property {string} soak
 * @property {string} failures
 * @property {string} timeout
 * @property {boolean} canaries_first
 */

/** @typedef {{[member: string]: unknown}} Body */
/** @typedef {{[field: string]: string}} Faults */

const UNITS = new Map([['s', 1], ['m', 60], ['h', 3600], ['d', 86400]]);
const YEAR_S = 365 * 86400;

/**
 * "90s", "15m", "2h", "1d" or "0".
 * @param {string} text
 * @returns {number | null} seconds
 */
export function parseDuration(text) {
    const match = /^(\d{1,9})([smhd])$/.exec(text.trim());

    if (text.trim() === '0')
        return 0;
    const seconds = match ? Number(match[1]) * /** @type {number} */ (UNITS.get(match[2])) : NaN;
    return seconds <= YEAR_S ? seconds : null;
}

/**
 * Puts whole numbers; what is empty is left to the daemon.
 * @param {Values} values
 * @param {Body} body
 * @param {Faults} faults
 */
function putNumbers(values, body, faults) {
    for (const field of /** @type {const} */ (['rate', 'at_once', 'per_site'])) {
        const text = values[field].trim();

        if (text === '')
            continue;
        if (/^\d{1,8}$/.test(text) && Number(text) <= 10000000)
            body[field] = Number(text);
        else
            faults[field] = 'Give a whole number; 0 is no bound.';
    }
    const share = /^(\d{1,3})\s*%?$/.exec(values.success.trim());

    if (share && Number(share[1]) >= 1 && Number(share[1]) <= 100)
        body.success = Number(share[1]);
    else if (values.success.trim() !== '')
        faults.success = 'Give a share from 1% to 100%.';
}

/**
 * @param {Values} values
 * @param {Body} body
 * @param {Faults} faults
 */
function putTimes(values, body, faults) {
    for (const [field, member, least] of /** @type {const} */ ([['soak', 'soak_s', 0], ['timeout', 'timeout_s', 1]])) {
        const seconds = values[field].trim() === '' ? undefined : parseDuration(values[field]);

        if (seconds === null || (seconds !== undefined && seconds < least))
            faults[field] = 'Give a duration, as 90s, 15m, 2h or 1d.';
        else if (seconds !== undefined)
            body[member] = seconds;
    }
    if (values.start !== '') {
        const ms = new Date(values.start).getTime();

        if (Number.isFinite(ms) && ms >= 0)
            body.start_ms = ms;
        else
            faults.start = 'Give a day and a time.';
    }
}

/**
 * @param {Values} values
 * @param {Body} body
 * @param {Faults} faults
 */
function putImage(values, body, faults) {
    if (values.image === '')
        faults.image = 'Choose an image; upload it under Releases if it is not there.';
    body.image = values.image;
    if (values.who === 'all') {
        body.all = true;
        return;
    }
    const filter = values.who === 'group' ? `group=${values.group}` : values.filter.trim();

    if (values.who === 'group' && values.group === '')
        faults.group = 'Choose a group.';
    else if (filter === '')
        faults.filter = 'Say which devices, as tag=office, or choose all devices.';
    body.filters = [filter];
}

/**
 * @param {Values} values
 * @param {Body} body
 * @param {Faults} faults
 */
function putConfig(values, body, faults) {
    let patch;

    try {
        patch = JSON.parse(values.patch);
    } catch (error) {
        faults.patch = `This is no JSON: ${/** @type {Error} */ (error).message}`;
    }
    if (patch !== undefined && (patch === null || typeof patch !== 'object' || Array.isArray(patch)))
        faults.patch = 'Give an object, as {"statusinterval": 30000}.';
    body.config = patch;
    body.scope = values.who === 'group' ? 'group' : 'fleet';
    if (values.who === 'group') {
        if (values.group === '')
            faults.group = 'Choose a group.';
        body.group = values.group;
    }
    if (values.who === 'filter')
        faults.filter = 'Settings go to all devices or to a group: make a group of these devices first.';
    if (values.force)
        body.force = true;
}

/**
 * @param {Values} values
 * @returns {{body: Body, faults: Faults}} the body is of use only without faults
 */
export function toBody(values) {
    /** @type {Body} */
    const body = {name: values.name.trim()};
    /** @type {Faults} */
    const faults = {};

    if (!/^[A-Za-z0-9._-]{1,32}$/.test(values.name.trim()))
        faults.name = 'Give it a name: 1 to 32 letters, digits, ".", "_" or "-".';
    if (values.kind === 'image')
        putImage(values, body, faults);
    else
        putConfig(values, body, faults);
    for (const field of /** @type {const} */ (['phases', 'site', 'window', 'failures'])) {
        if (values[field].trim() !== '')
            body[field] = values[field].trim();
    }
    putNumbers(values, body, faults);
    putTimes(values, body, faults);
    if (values.canaries_first)
        body.canaries_first = true;
    return {body, faults};
}
