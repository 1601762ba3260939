// The fields of the form for a new rollout, and what is said of them.

/**
 * @typedef {object} Field
 * @property {keyof import('./rollout_body.js').Values} name
 * @property {string} label
 * @property {string} [placeholder] what the daemon takes if it is left empty
 * @property {string} [hint]
 * @property {'text' | 'datetime-local' | 'checkbox'} [type]
 */

/** @type {Field[]} */
export const TERMS = [
    {name: 'phases', label: 'Phases', placeholder: '1,10%,50%,100%', hint: 'How many have it by the end of each phase; the last is 100%.'},
    {name: 'soak', label: 'Watch each phase for', placeholder: '10m', hint: 'A duration, as 90s, 15m, 2h or 1d.'},
    {name: 'success', label: 'Next phase when so many are updated', placeholder: '95%'},
    {name: 'failures', label: 'Pause when so many have failed', placeholder: '5%', hint: 'A number, or a share of those whose turn has come.'},
    {name: 'timeout', label: 'Time for a device to return', placeholder: '30m'},
    {name: 'rate', label: 'Devices that begin within a minute', placeholder: '60', hint: '0 is no bound.'},
    {name: 'at_once', label: 'Devices that download at a time', placeholder: '20', hint: '0 is no bound.'},
    {name: 'start', label: 'Not before', type: 'datetime-local', hint: 'By this browser’s clock; empty: now.'},
    {name: 'window', label: 'Begin only within', hint: 'As 22:00-05:00 Europe/Berlin; empty: at any time.'},
    {name: 'site', label: 'Sites are tags that begin with', hint: 'As site-; empty: sites are not regarded.'},
    {name: 'per_site', label: 'Devices of a site that download at a time', hint: '0 is no bound.'},
    {name: 'canaries_first', label: 'Devices marked as canary begin', type: 'checkbox'},
];

/** What stands above a group of radio buttons and beside each. */
export const KINDS = /** @type {const} */ ([['image', 'an image'], ['config', 'settings of config.json']]);
export const WHO = /** @type {const} */ ([['all', 'all devices'], ['group', 'a group'], ['filter', 'devices that meet a filter']]);
