// Whom a rollout would meet: phase by phase, with its devices.

import {h} from '../ui/dom.js';
import {count, planSentences} from './rollout_words.js';

/** @typedef {import('./rollout_types.js').Plan} Plan */

const MACS_MAX = 200; // of a phase

/**
 * @param {Plan} plan
 * @param {boolean} canariesFirst that was asked
 * @returns {HTMLElement}
 */
export function showPlan(plan, canariesFirst) {
    return h('div', {class: 'plan'}, planSentences(plan, canariesFirst).map((sentence) => h('p', null, sentence)),
        plan.phases.map(({phase, count: n, macs}) => h('details', {open: phase === 1 && n > 0 && n <= 20},
            h('summary', null, `Phase ${phase}: ${count(n)}`),
            h('ul', {class: 'macs'}, macs.slice(0, MACS_MAX).map((mac) =>
                h('li', null, h('a', {href: `#/devices/${mac}`, target: '_blank'}, mac)))),
            n > Math.min(macs.length, MACS_MAX) ? h('p', null, `and ${(n - Math.min(macs.length, MACS_MAX)).toLocaleString('en')} more`) : null)));
}
