// A bar for each board: which images its devices run.

import {h, replace} from '../ui/dom.js';
import {nameOf} from '../ui/format.js';
import {devicesOf} from './bulk_plan.js';
import {sentenceOf} from './spread.js';

const WORDS = {newest: 'newest', older: 'older', beta: 'beta', withdrawn: 'withdrawn',
    unknown: 'never added'};

/**
 * @param {(filter: string) => void} onFilter
 */
export function createSpread(onFilter) {
    const list = h('div', {class: 'spreads'});
    const element = h('section', {class: 'spread', 'aria-labelledby': 'spread-title'},
        h('h2', {id: 'spread-title'}, 'Images'), list);
    let shown = '';

    /** @param {string} filter @param {import('../ui/dom.js').Child} content */
    function filterLink(filter, content) {
        return h('a', {href: `#/fleet?${new URLSearchParams({filter})}`, on: {click: (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey)
                return;
            event.preventDefault();
            onFilter(filter);
        }}}, content);
    }

    /** @param {import('./spread.js').Spread} spread */
    function figureOf(spread) {
        const bar = h('div', {class: 'spread-bar', role: 'img', 'aria-label': sentenceOf(spread)},
            spread.parts.filter((part) => part.devices > 0).map((part) => h('span', {
                class: `spread-part spread-${part.state}`, css: {'flex-grow': String(part.devices)},
                title: `${part.image}: ${devicesOf(part.devices)} (${WORDS[part.state]})`,
            })));
        const legend = h('ul', {class: 'spread-legend'}, spread.parts.map((part) => h('li', null,
            h('span', {class: `spread-key spread-${part.state}`, 'aria-hidden': 'true'}),
            filterLink(part.filter, nameOf(part.image, 60)),
            ` ${part.devices.toLocaleString('en')} · ${WORDS[part.state]}`)));

        return h('figure', {class: 'spread-board'},
            h('figcaption', null,
                h('a', {href: `#/releases/${encodeURIComponent(spread.board)}`},
                    nameOf(spread.board, 60)), ` ${devicesOf(spread.devices)}`),
            bar, legend);
    }

    return {
        element,
        /**
         * @param {import('./spread.js').Spread[]} spreads
         * @param {{devices: number, filter: string}} rest
         */
        show: (spreads, rest) => {
            const next = JSON.stringify([spreads, rest]);

            if (next === shown)
                return;
            shown = next;
            element.hidden = spreads.length === 0 && rest.devices === 0;
            replace(list, spreads.map(figureOf), rest.devices > 0 ? h('p', {class: 'spread-rest'},
                filterLink(rest.filter, devicesOf(rest.devices)),
                rest.devices === 1 ? ' runs an image' : ' run images',
                ' of a board of which none was added.') : null);
        },
    };
}
