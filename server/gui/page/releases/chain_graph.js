// A release chain as a drawing: keys on its arrows, devices standing on its images.

import {svg} from '../ui/dom.js';
import {visible} from '../ui/format.js';
import {BOX_HEIGHT, BOX_WIDTH, layOut} from './chain_layout.js';
import {count, describe, keyNames} from './chain_words.js';

/** @typedef {import('./release_types.js').Chain} Chain */
/** @typedef {import('./release_types.js').ChainImage} ChainImage */

const NAME_MAX = 36;
const FIGURES_MAX = 12;
const FIGURE = 11; // from one to the next

/** @type {{[state: string]: string}} */
const SIGNS = {published: '✓', added: '○', withdrawn: '✕'};

function arrowHeads() {
    return svg('defs', null, ['offered', 'possible', 'broken'].map((kind) =>
        svg('marker', {
            id: `chain-head-${kind}`, class: `chain-head chain-${kind}`, viewBox: '0 0 8 8', refX: 7, refY: 4,
            markerWidth: 7, markerHeight: 7, orient: 'auto',
        }, svg('path', {d: 'M0 0L8 4L0 8Z'}))));
}

/**
 * What there is room for beside a lane; the whole is in the title.
 * @param {import('./chain_layout.js').Edge} edge
 */
function sideText(edge) {
    const sign = edge.kind === 'broken' ? '✕ ' : edge.kept_by ? '‖ ' : '';

    return sign + visible(edge.key === 'other layout' ? edge.key : `key ${edge.key}`, 12);
}

/** @param {import('./chain_layout.js').Edge} edge */
function drawEdge(edge) {
    const text = edge.kind === 'broken' ? `✕ ${edge.key === 'other layout' ? edge.key : `needs key ${edge.key}`}`
        : `key ${edge.key}${edge.kept_by ? ` · kept by ${edge.kept_by}` : ''}`;
    const what = {offered: 'goes to', possible: 'could verify', broken: 'cannot verify'}[edge.kind];

    return svg('g', {class: `chain-edge chain-${edge.kind}${edge.kept_by ? ' chain-kept' : ''}`},
        svg('title', null, `${edge.from} ${what} ${edge.to}: ${text}`),
        svg('path', {d: edge.path, 'marker-end': `url(#chain-head-${edge.kind})`}),
        svg('text', {x: edge.label.x, y: edge.label.y, 'text-anchor': edge.label.anchor},
            edge.lane === 0 ? visible(text, 40) : sideText(edge)));
}

/**
 * Devices on the upper edge of their image.
 * @param {ChainImage} image
 * @param {number} x of the box
 * @param {number} y
 */
function drawDevices(image, x, y) {
    const n = Math.min(image.devices, FIGURES_MAX);
    const right = x + BOX_WIDTH - 8;
    const kind = image.fault && image.devices > 0 ? 'chain-devices chain-lost' : 'chain-devices';

    if (n === 0)
        return null;
    return svg('g', {class: kind},
        Array.from({length: n}, (_, i) => svg('rect', {
            x: right - (i + 1) * FIGURE, y: y - 10, width: FIGURE - 3, height: 10, rx: 2,
        })),
        svg('text', {x: right - n * FIGURE - 5, y: y - 2, 'text-anchor': 'end'},
            `${image.fault ? '! ' : ''}${count(image.devices)}`));
}

/** @param {ChainImage} image */
function stateText(image) {
    const parts = [`${SIGNS[image.state]} ${image.state}`];

    if (image.state === 'published' && image.channel)
        parts[0] += ` to ${image.channel}`;
    if (image.must_pass)
        parts.push('⇥ must be passed through');
    if (image.rollout)
        parts.push(`rollout ${visible(image.rollout.name, 16)}`);
    return parts.join(' · ');
}

/**
 * @param {import('./chain_layout.js').Node} node
 * @param {boolean} isChosen
 * @param {(name: string) => void} onChoose
 */
function drawNode({image, x, y}, isChosen, onChoose) {
    const choose = () => onChoose(image.name);
    /** @param {KeyboardEvent} event */
    const press = (event) => {
        if (event.key !== 'Enter' && event.key !== ' ')
            return;
        event.preventDefault();
        choose();
    };

    return svg('g', {
        class: `chain-node chain-${image.state}${isChosen ? ' chain-chosen' : ''}`, role: 'button', tabindex: 0,
        'aria-pressed': isChosen ? 'true' : 'false', 'aria-description': visible(describe(image), 400),
        dataset: {focus: `image ${image.name}`, image: image.name}, on: {click: choose, keydown: press},
    },
    svg('rect', {x, y, width: BOX_WIDTH, height: BOX_HEIGHT, rx: 6}),
    svg('text', {class: 'chain-name', x: x + 12, y: y + 20}, visible(image.name, NAME_MAX)),
    svg('text', {x: x + 12, y: y + 38}, stateText(image)),
    svg('text', {x: x + 12, y: y + 54}, visible(`carries ${keyNames(image.embeds)}`, 44)),
    drawDevices(image, x, y));
}

/**
 * @param {Chain} chain
 * @param {{all: boolean, chosen: string | null, onChoose: (name: string) => void}} terms all: also what
 *     could be verified and is not offered
 * @returns {SVGElement}
 */
export function drawChain(chain, {all, chosen, onChoose}) {
    const layout = layOut(chain, all);

    return svg('svg', {
        class: 'chain', viewBox: `0 0 ${layout.width} ${layout.height}`, width: layout.width, height: layout.height,
        role: 'group', 'aria-label': `Release chain of ${visible(chain.board)}, the oldest image first`,
    },
    arrowHeads(), layout.edges.map(drawEdge),
    layout.nodes.map((node) => drawNode(node, node.image.name === chosen, onChoose)));
}
