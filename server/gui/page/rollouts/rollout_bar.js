// Progress as a bar with words: colour is never the only sign.

import {h, svg} from '../ui/dom.js';

/** @typedef {import('./rollout_progress.js').Part} Part */

const WIDTH = 1000;

/** @type {{[kind in Part['kind']]: string}} */
const SIGNS = {updated: '✓', working: '⟳', failed: '✕', left: '–', waiting: '○'};

/**
 * @param {Part[]} parts
 * @param {string} label
 * @returns {HTMLElement}
 */
export function progressBar(parts, label) {
    const total = parts.reduce((sum, part) => sum + part.n, 0);
    const words = parts.map((part) => `${part.n.toLocaleString('en')} ${part.word}`).join(', ');
    let x = 0;
    const drawn = parts.map((part) => {
        const width = WIDTH * part.n / total;
        const rect = svg('rect', {class: `part-${part.kind}`, x, y: 0, width, height: 12},
            svg('title', null, `${part.n} ${part.word}`));

        x += width;
        return rect;
    });

    return h('div', {class: 'rollout-bar'},
        svg('svg', {viewBox: `0 0 ${WIDTH} 12`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${label}: ${words || 'no devices'}`},
            svg('rect', {class: 'part-none', x: 0, y: 0, width: WIDTH, height: 12}), drawn),
        h('span', {class: 'rollout-words'}, parts.map((part) =>
            h('span', {class: `word-${part.kind}`}, `${SIGNS[part.kind]} ${part.n.toLocaleString('en')} ${part.word}`))));
}
