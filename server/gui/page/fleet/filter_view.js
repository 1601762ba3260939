// The line in which a filter is typed, and where it is wrong.

import {h, replace} from '../ui/dom.js';
import {visible} from '../ui/format.js';
import {faultOf, splitAt} from './filter_fault.js';

const EXAMPLES = [
    ['state=offline', 'offline'], ['image!=latest', 'not on the newest image'],
    ['error!=""', 'report an error'], ['rssi<-80', 'a weak signal'], ['seen>1d', 'silent for a day'],
    ['drifted=yes', 'another configuration than wanted'], ['hold=yes', 'held'],
    ['tag=kitchen or place="Hall*"', 'by tag or place'],
];

/**
 * @param {(filter: string) => void} onFilter
 */
export function createFilter(onFilter) {
    const input = h('input', {id: 'fleet-filter', type: 'search', class: 'filter-input',
        spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', maxlength: 2048,
        placeholder: 'all devices', 'aria-describedby': 'fleet-filter-fault'});
    const fault = h('div', {id: 'fleet-filter-fault', class: 'filter-fault', role: 'alert'});
    const examples = h('details', {class: 'filter-examples'}, h('summary', null, 'Examples'),
        h('ul', null, EXAMPLES.map(([filter, text]) => h('li', null,
            h('button', {type: 'button', class: 'link', on: {click: () => apply(filter)}},
                h('code', null, filter)), ` ${text}`))),
        h('p', null, 'Comparisons side by side must all be met; "or", "not" and parentheses work. ' +
            'The man page secureesp(1), FILTERS, has all fields.'));
    const element = h('form', {class: 'filter', role: 'search', on: {submit: (event) => {
        event.preventDefault();
        onFilter(input.value.trim());
    }}},
    h('label', {for: 'fleet-filter'}, 'Filter'), input,
    h('button', {type: 'submit'}, 'Show'),
    h('button', {type: 'button', on: {click: () => apply('')}}, 'Clear'), fault, examples);

    /** @param {string} filter */
    function apply(filter) {
        input.value = filter;
        onFilter(filter);
    }

    function clearFault() {
        input.removeAttribute('aria-invalid');
        replace(fault);
    }

    return {
        element,
        /** @param {string} filter */
        show: (filter) => {
            input.value = filter;
            clearFault();
        },
        clearFault,
        /**
         * @param {string} filter
         * @param {string} message the daemon's
         */
        showFault: (filter, message) => {
            const {column, text} = faultOf(message);

            input.setAttribute('aria-invalid', 'true');
            if (column === null) {
                replace(fault, visible(text, 500));
                return;
            }
            const [before, at, behind] = splitAt(filter, column);

            replace(fault, h('code', {class: 'filter-place'}, visible(before, 2048),
                h('mark', null, at === '' ? '␣' : visible(at)), visible(behind, 2048)),
            h('span', null, ` column ${column}: ${visible(text, 500)}`));
            if (document.activeElement === input)
                input.setSelectionRange(before.length, before.length + Math.max(at.length, 0));
        },
    };
}
