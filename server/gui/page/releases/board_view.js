// One board: its chain as a drawing, the image that was chosen, and what is wrong.

import {get} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {nameOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {drawChain} from './chain_graph.js';
import {count} from './chain_words.js';
import {changePolicy} from './image_actions.js';
import {showImage} from './image_details.js';
import {replaceKeepingFocus} from './refresh.js';

/** @typedef {import('./release_types.js').Chain} Chain */

const wayBack = () => h('p', null, h('a', {href: '#/releases'}, '‹ All boards'));

/** @param {Chain} chain */
function warnings(chain) {
    const faulty = [...new Map(chain.images.filter((image) => image.fault && image.devices > 0)
        .map((image) => [image.fault?.image, image])).keys()];

    return [
        chain.stranded > 0 ? h('p', {class: 'warning'}, badge('bad', `${count(chain.stranded)} stranded`),
            ' They do not come to the newest published image', faulty.length > 0 ? `: the way ends at ${faulty.join(', ')}.` : '.',
            ' Choose that image below to see why.') : null,
        chain.unknown.length > 0 ? h('div', {class: 'warning'}, badge('warn', 'Devices run images that were never added:'),
            h('ul', null, chain.unknown.map(({image, devices}) => h('li', null, nameOf(image), `: ${count(devices)}`))),
            'Upload these, or their devices are offered nothing.') : null,
    ];
}

/** @param {Chain} chain */
function firstChoice(chain) {
    const ends = new Set(chain.images.filter((image) => image.devices > 0).map((image) => image.fault?.image));
    const faulty = chain.images.find((image) => ends.has(image.name));
    const newest = [...chain.images].reverse();

    return (faulty ?? newest.find((image) => image.state === 'added') ?? newest[0])?.name ?? null;
}

/**
 * @param {Chain} chain
 * @param {{
 *     channel: string, isAll: boolean, mayChange: boolean, onChannel: (channel: string) => void,
 *     onAll: (isAll: boolean) => void, onDone: () => void
 * }} terms
 */
function controls(chain, {channel, isAll, mayChange, onChannel, onAll, onDone}) {
    /** @type {HTMLSelectElement} */
    const select = h('select', {dataset: {focus: 'channel'}, on: {change: () => onChannel(select.value)}},
        chain.channels.map((one) => h('option', {value: one.channel, selected: one.channel === channel},
            `${one.channel} (${count(one.devices)})`)));
    /** @type {HTMLInputElement} */
    const all = h('input', {type: 'checkbox', id: 'chain-all', dataset: {focus: 'all'}, on: {change: () => onAll(all.checked)}});
    /** @type {HTMLButtonElement} */
    const policy = h('button', {type: 'button', dataset: {focus: 'policy'}, on: {click: () => attempt(policy, async () => {
        if (await changePolicy(chain.board, chain))
            onDone();
    })}}, 'Change…');

    all.checked = isAll;
    return h('div', {class: 'chain-controls'}, h('label', null, 'As seen by channel ', select), ' ',
        h('span', null, all, h('label', {for: 'chain-all'}, 'also what could be verified',
            chain.edges_cut ? ' (not all of it: too many)' : '')), ' ',
        h('span', null, `Policy: ${chain.policy} `, mayChange ? policy : null));
}

/**
 * @param {string} board
 * @param {import('../app/router.js').Context} context
 * @param {{onDone: () => void}} terms onDone: something was changed, read anew
 */
export function createBoardView(board, context, {onDone}) {
    const view = {
        /** @type {string | null} */ chosen: context.query.get('image'), all: false,
        channel: context.query.get('channel') === 'beta' ? 'beta' : 'stable',
        /** @type {Chain | null} */ chain: null,
    };
    const head = h('div', {class: 'board-head'});
    const drawing = h('div', {class: 'chain-place'});
    const details = h('div', {class: 'chain-details'});
    const mayChange = context.may('operator');

    const keep = () => context.setQuery({
        ...(view.channel === 'beta' ? {channel: 'beta'} : {}), ...(view.chosen ? {image: view.chosen} : {}),
    });
    /** @param {string} name */
    const choose = (name) => {
        view.chosen = name;
        keep();
        draw();
    };
    const draw = () => {
        const {chain} = view;

        if (chain === null)
            return;
        const image = chain.images.find((one) => one.name === view.chosen);

        replaceKeepingFocus(drawing, drawChain(chain, {all: view.all, chosen: view.chosen, onChoose: choose}));
        replaceKeepingFocus(details, image ? showImage(image, chain, {mayChange, onDone}) : null);
    };

    /** @param {Chain} chain */
    const boardControls = (chain) => controls(chain, {
        channel: view.channel, isAll: view.all, mayChange, onDone,
        onChannel: (channel) => (view.channel = channel, keep(), onDone()),
        onAll: (isAll) => (view.all = isAll, draw()),
    });

    return {
        element: h('div', null, head, h('div', {class: 'chain-columns'}, drawing, details)),
        /**
         * @param {AbortSignal} signal
         * @returns {Promise<Chain>}
         */
        read: (signal) => get(`/chains/${encodeURIComponent(board)}`, {channel: view.channel}, signal),
        /** @param {Chain} chain */
        show: (chain) => {
            view.chain = chain;
            if (!chain.images.some((image) => image.name === view.chosen))
                view.chosen = firstChoice(chain);
            replaceKeepingFocus(head, wayBack(), boardControls(chain), warnings(chain));
            draw();
        },
        /** @param {unknown} error */
        fail: (error) => replace(head, wayBack(), h('p', {role: 'alert'}, error instanceof Error ? error.message : String(error))),
    };
}
