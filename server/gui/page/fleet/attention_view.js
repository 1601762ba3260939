// The list of what needs a hand, at the top of the fleet.

import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {visible} from '../ui/format.js';

const WORDS = {bad: 'wrong', warn: 'look', busy: 'waits'};

/**
 * @param {(filter: string) => void} onFilter
 */
export function createAttention(onFilter) {
    const list = h('ul', {class: 'concerns'});
    const element = h('section', {class: 'attention', 'aria-labelledby': 'attention-title'},
        h('h2', {id: 'attention-title'}, 'Needs attention'), list);
    let shown = '';

    /** @param {import('./attention.js').Concern} concern */
    function rowOf(concern) {
        const text = concern.count === null ? visible(concern.text, 300)
            : `${concern.count.toLocaleString('en')} ${concern.text}`;
        const filter = concern.filter;
        const href = filter === undefined ? concern.hash ?? '#/fleet'
            : `#/fleet?${new URLSearchParams({filter})}`;

        return h('li', {class: `concern concern-${concern.kind}`},
            h('a', {href, on: {click: (event) => {
                if (filter === undefined || event.ctrlKey || event.metaKey || event.shiftKey)
                    return;
                event.preventDefault();
                onFilter(filter);
            }}}, badge(concern.kind, WORDS[concern.kind]), ' ', h('bdi', {dir: 'auto'}, text)));
    }

    return {
        element,
        /** @param {import('./attention.js').Concern[]} concerns */
        show: (concerns) => {
            const next = JSON.stringify(concerns);

            if (next === shown)
                return;
            shown = next;
            replace(list, concerns.length > 0 ? concerns.map(rowOf)
                : h('li', {class: 'concern'}, badge('good', 'All is well')));
        },
    };
}
