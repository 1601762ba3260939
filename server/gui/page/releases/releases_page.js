// Releases: upload, the boards with their chains, and the keys that sign.

import {get} from '../api/client.js';
import {h, replace} from '../ui/dom.js';
import {showBoards} from './board_list.js';
import {createBoardView} from './board_view.js';
import {readKeys, showKeys} from './keys_panel.js';
import {keepFresh, replaceKeepingFocus} from './refresh.js';
import {createUploadBox} from './upload_box.js';

export const title = 'Releases';

/** What moves a device from one image to another, or adds one. */
const KINDS = ['boot', 'trial', 'download', 'command', 'reboot', 'new'];
const SUBJECTS = ['image', 'key', 'board', 'rollout', 'device', 'group'];

/** @param {import('../api/live.js').LiveEvent} event */
function concerns(event) {
    return event.kind === 'change' ? SUBJECTS.includes(event.subject) : KINDS.includes(event.kind);
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
function openBoards(place, context) {
    const mayChange = context.may('operator');
    const boards = h('div', null);
    const keys = h('div', null);
    const fresh = keepFresh({
        read: async (signal) => ({boards: await get('/boards', {}, signal), keys: await readKeys(signal)}),
        show: (value) => {
            replaceKeepingFocus(boards, showBoards(value.boards));
            replaceKeepingFocus(keys, showKeys(value.keys, {mayChange: context.may('administrator'), onDone: () => fresh.now()}));
        },
        onError: (error) => replace(boards, h('p', {role: 'alert'}, error instanceof Error ? error.message : String(error))),
        everyMs: 30000, concerns,
    });

    replace(place, mayChange ? createUploadBox({onChange: () => fresh.now()}) : null,
        h('section', {class: 'card', 'aria-label': 'Boards'}, h('h2', null, 'Boards'), boards), keys);
    fresh.now();
    return {close: fresh.close};
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
function openBoard(place, context) {
    const [board] = context.parts;
    const view = createBoardView(board, context, {onDone: () => fresh.now()});
    const fresh = keepFresh({read: view.read, show: view.show, onError: view.fail, everyMs: 30000, concerns});

    context.setTitle(`Release chain of ${board}`);
    replace(place, view.element);
    fresh.now();
    return {close: fresh.close};
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    place.classList.add('release-page');
    return context.parts.length > 0 ? openBoard(place, context) : openBoards(place, context);
}
