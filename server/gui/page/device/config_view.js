// The configuration that the device is to run, beside the one that it runs.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {createCard, tableOf} from './card.js';
import {changeConfig} from './config_change.js';
import {basisText, compare, verdictOf} from './config_compare.js';

/** @param {import('./config_compare.js').Line} line */
function rowOf(line) {
    const reported = {
        same: [badge('good', 'same'), ' ', nameOf(line.reported, 200)],
        other: [badge('warn', 'other'), ' ', nameOf(line.reported, 200)],
        untold: h('span', {class: 'faint'}, 'not told'),
    };

    return [h('code', null, nameOf(line.member, 60)), nameOf(line.wanted, 200), reported[line.state],
        h('span', {class: 'faint'}, nameOf(line.from, 80))];
}

/** @param {string|null} hash */
function hashOf(hash) {
    return hash === null ? h('span', {class: 'none'}, '–') : h('code', null, hash);
}

/** @param {import('./marks_view.js').Terms} terms */
export function createConfig(terms) {
    /** @type {string[]} */
    let members = [];
    const button = h('button', {type: 'button'}, 'Set a member …');
    const card = createCard('Configuration', {class: 'wide',
        actions: terms.canChange ? [button] : []});

    button.addEventListener('click', () => attempt(button, () => changeConfig(terms, members)));

    return {
        element: card.element,
        /**
         * @param {any} device
         * @param {any|null} effective null: it cannot be told
         */
        show: (device, effective) => {
            const config = effective?.config ?? device.config;
            const lines = effective === null ? [] : compare(effective, config, device.status);
            const verdict = verdictOf(config);

            members = lines.map((line) => line.member);
            card.show([lines, config], () => [
                h('p', null, badge(verdict.kind, verdict.text), ' ', verdict.detail),
                h('dl', null, h('dt', null, 'Wanted'), h('dd', null, hashOf(config.wanted)),
                    h('dt', null, 'Reported'), h('dd', null, hashOf(config.hash), ' ',
                        h('span', {class: 'faint'}, basisText(config.basis))),
                    config.fetched === null ? null : [h('dt', null, 'Downloaded'),
                        h('dd', null, hashOf(config.fetched), ' ', ageOf(config.fetched_at_ms))]),
                tableOf(['Member', 'Wanted', 'Reported', 'Said by'], lines.map(rowOf),
                    'Nothing is known of what it is to run.')]);
        },
    };
}
