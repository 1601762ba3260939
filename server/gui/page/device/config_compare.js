// The configuration that a device is to run beside the one that it runs.

/**
 * @typedef {object} Line
 * @property {string} member
 * @property {string} wanted
 * @property {string} from who says so
 * @property {string} reported
 * @property {'same'|'other'|'untold'} state
 */

/**
 * @param {any} from
 * @returns {string}
 */
export function originOf(from) {
    if (from === null || from === undefined)
        return '';
    if (typeof from === 'string')
        return from === 'file' ? 'configuration file' : from;
    const scope = from.scope ?? (from.rollout ? 'rollout' : '');
    const name = from.name ?? from.rollout ?? '';

    return name ? `${scope} ${name}` : scope;
}

/**
 * @param {any} value
 * @returns {string}
 */
function textOf(value) {
    if (value === undefined)
        return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * A device tells the hash of its file, not what is in it, unless it puts members into its status:
 * those that have the same hash are the same in all, of others only what they say is known.
 * @param {any} effective
 * @param {any} config of the device
 * @param {any} status as received, or null
 * @returns {Line[]}
 */
export function compare(effective, config, status) {
    const isSame = config.hash !== null && config.hash === config.wanted;

    return Object.keys(effective.values).map((member) => {
        const wanted = textOf(effective.values[member]);
        const told = status !== null && typeof status === 'object' && Object.hasOwn(status, member);
        const reported = told ? textOf(status[member]) : isSame ? wanted : '';
        /** @type {Line['state']} */
        const state = !told && !isSame ? 'untold' : reported === wanted ? 'same' : 'other';

        return {member, wanted, from: originOf(effective.from[member]), reported, state};
    });
}

/**
 * @param {any} config
 * @returns {{kind: 'good'|'warn'|'off', text: string, detail: string}}
 */
export function verdictOf(config) {
    if (config.drifted === null || config.hash === null)
        return {kind: 'off', text: 'not known',
            detail: 'The device has not said which configuration it runs.'};
    if (!config.drifted)
        return {kind: 'good', text: 'as wanted',
            detail: 'The device runs the configuration that it is to run.'};
    if (config.fetched !== null && config.fetched === config.wanted)
        return {kind: 'warn', text: 'after the next restart',
            detail: 'The device has downloaded the wanted configuration and uses it after a restart.'};
    return {kind: 'warn', text: 'drifted',
        detail: 'The device runs another configuration than it is to run. ' +
            'The command "Fetch config.json" and a restart bring it.'};
}

/**
 * How its hash is known.
 * @param {string|null} basis
 */
export function basisText(basis) {
    /** @type {Record<string, string>} */
    const texts = {reported: 'reported by the device', inferred: 'inferred: it was downloaded and ' +
        'the device has restarted since', assumed: 'assumed, as nothing else is known'};

    return basis === null ? 'not known' : texts[basis] ?? basis;
}

/**
 * What somebody typed, as a value of config.json: JSON's numbers, true and false, else text.
 * @param {string} text
 * @returns {string|number|boolean}
 */
export function valueOf(text) {
    const trimmed = text.trim();

    if (/^"(?:[^"\\]|\\.)*"$/.test(trimmed) || /^-?\d{1,15}(?:\.\d+)?$/.test(trimmed) ||
        trimmed === 'true' || trimmed === 'false') {
        try {
            return JSON.parse(trimmed);
        } catch {
            return text;
        }
    }
    return text;
}
