// The boards that have images, how many devices each has, and its newest image.

import {h} from '../ui/dom.js';
import {nameOf} from '../ui/format.js';
import {count} from './chain_words.js';

/** @typedef {import('./release_types.js').Board} Board */

/**
 * @param {Board[]} boards
 * @returns {HTMLElement}
 */
export function showBoards(boards) {
    if (boards.length === 0) {
        return h('p', {class: 'empty'}, 'There are no images yet. Upload the one that your devices run first, then its ' +
            'successors: each is signed by a key that the one before it carries.');
    }
    return h('div', {class: 'scrolls', tabindex: 0, role: 'group', 'aria-label': 'Boards'}, h('table', {class: 'plain'},
        h('thead', null, h('tr', null, ['Board', 'Newest', 'Newest in beta', 'Images', 'Devices', 'Policy'].map((title) =>
            h('th', {scope: 'col'}, title)))),
        h('tbody', null, boards.map((board) => h('tr', null,
            h('th', {scope: 'row'}, h('a', {
                href: `#/releases/${encodeURIComponent(board.board)}`, dataset: {focus: `board ${board.board}`},
            }, nameOf(board.board))),
            h('td', null, board.newest ? nameOf(board.newest) : 'none is published'),
            h('td', null, board.newest_beta ? nameOf(board.newest_beta) : '–'),
            h('td', null, count(board.images, 'image')), h('td', null, count(board.devices)),
            h('td', null, board.policy))))));
}
