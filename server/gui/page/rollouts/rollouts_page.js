// Rollouts: the list, a new one, and each by its name.

import {get} from '../api/client.js';
import {h, replace} from '../ui/dom.js';
import {attempt} from '../ui/work.js';
import {keepFresh, replaceKeepingFocus} from '../releases/refresh.js';
import {createRolloutForm} from './rollout_form.js';
import {showRollouts} from './rollout_list.js';
import {createRolloutView} from './rollout_view.js';

export const title = 'Rollouts';

/** @typedef {import('../app/router.js').Context} Context */

const READ_MS = 10000; // who is away, and what waits for a time, comes without an event

/** @param {string} name */
const hashOf = (name) => `#/rollouts/${encodeURIComponent(name)}`;

/** @param {unknown} error */
const failure = (error) => h('p', {role: 'alert'}, error instanceof Error ? error.message : String(error));

/** Images that can be rolled out, the newest first, and groups. */
async function readChoices() {
    const [images, groups] = await Promise.all([get('/images'), get('/groups')]);

    return {
        images: images.filter((/** @type {{signer: object | null}} */ image) => image.signer !== null)
            .map((/** @type {{name: string}} */ image) => image.name).reverse(),
        groups: groups.map((/** @type {{name: string}} */ group) => group.name),
    };
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
function openList(place, context) {
    const list = h('div', null);
    const create = h('div', null);
    const showForm = async () => {
        const form = createRolloutForm({...await readChoices(), image: context.query.get('create')}, {
            onDone: (name) => context.go(hashOf(name)),
        });

        replace(create, h('section', {class: 'card', 'aria-label': 'New rollout'}, h('h2', null, 'New rollout'), form));
        form.querySelector('input')?.focus();
    };
    /** @type {HTMLButtonElement} */
    const button = h('button', {type: 'button', class: 'primary', on: {click: () => attempt(button, showForm)}}, 'New rollout…');
    const fresh = keepFresh({
        read: (signal) => get('/rollouts', {}, signal),
        show: (rollouts) => replaceKeepingFocus(list, showRollouts(rollouts)),
        onError: (error) => replace(list, failure(error)), everyMs: READ_MS,
    });

    if (context.may('operator'))
        replace(create, h('div', {class: 'form-buttons'}, button));
    if (context.may('operator') && context.query.has('create'))
        attempt(button, showForm);
    replace(place, create, h('section', {class: 'card', 'aria-label': 'All rollouts'}, h('h2', null, 'All rollouts'), list));
    fresh.now();
    return {close: fresh.close};
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
function openOne(place, context) {
    const [name] = context.parts;
    const view = createRolloutView(name, context, {
        onDone: (verb) => verb === 'remove' ? context.go('#/rollouts') : fresh.now(),
    });
    const fresh = keepFresh({
        read: (signal) => get(`/rollouts/${encodeURIComponent(name)}`, {}, signal), show: view.show, onError: view.fail, everyMs: READ_MS,
    });

    context.setTitle(`Rollout ${name}`);
    replace(place, view.element);
    fresh.now();
    return {close: fresh.close};
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function open(place, context) {
    place.classList.add('release-page');
    return context.parts.length > 0 ? openOne(place, context) : openList(place, context);
}
