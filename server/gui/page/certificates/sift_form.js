// What of the certificates is shown: how far the line reaches, and what the list holds.

import {h, replace} from '../ui/dom.js';
import {button} from '../ui/rows.js';

const REACHES = [['90', '3 months'], ['365', '1 year'], ['1825', '5 years'], ['all', 'to the last']];
const STATES = [['', 'all'], ['soon', 'good, end soon'], ['good', 'good'], ['revoked', 'revoked'],
    ['on-hold', 'on hold'], ['expired', 'ended'], ['not-yet-valid', 'not yet valid']];

/**
 * @param {string} label
 * @param {string[][]} options value and text
 * @param {string} chosen
 * @param {() => void} onChange
 */
function choiceOf(label, options, chosen, onChange) {
    const select = h('select', {on: {change: onChange}},
        options.map(([value, text]) => h('option', {value, selected: value === chosen}, text)));

    return {select, element: h('label', {class: 'field-inline'}, `${label} `, select)};
}

/**
 * @param {string} state that is chosen at first
 * @param {() => void} onChange
 */
export function siftForm(state, onChange) {
    /** @type {{fromMs: number, toMs: number} | null} */
    let stretch = null;
    const text = h('input', {type: 'search', 'aria-label': 'Find a name, MAC or serial',
        placeholder: 'name, MAC or serial', spellcheck: 'false', on: {input: onChange}});
    const states = choiceOf('State', STATES, state, onChange);
    const reach = choiceOf('Show', REACHES, '365', onChange);
    const chosen = h('span', {role: 'status'});
    const free = () => {
        stretch = null;
        replace(chosen);
        onChange();
    };

    return {
        reach: h('p', {class: 'form-line'}, reach.element),
        element: h('p', {class: 'form-line'}, text, states.element, chosen),
        wish: () => ({text: text.value, state: states.select.value, reach: reach.select.value,
            fromMs: stretch?.fromMs ?? null, toMs: stretch?.toMs ?? null}),
        /**
         * Only those that end in that stretch.
         * @param {string} words
         * @param {{fromMs: number, toMs: number}} next
         */
        choose(words, next) {
            stretch = next;
            replace(chosen, `Only ${words}: ${new Date(next.fromMs).toLocaleDateString()} to ` +
                `${new Date(next.toMs).toLocaleDateString()} `, button('Show all', free));
            onChange();
        },
    };
}
