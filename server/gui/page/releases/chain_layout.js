// Where the images of a chain and the arrows between them stand: rows from the oldest down to the
// newest, and a lane at the left for each arrow that passes rows by.

/** @typedef {import('./release_types.js').Chain} Chain */
/** @typedef {import('./release_types.js').ChainImage} ChainImage */
/** @typedef {'offered' | 'possible' | 'broken'} EdgeKind */

/**
 * @typedef {object} Node
 * @property {ChainImage} image
 * @property {number} x
 * @property {number} y
 */

/**
 * @typedef {object} Edge
 * @property {EdgeKind} kind
 * @property {string} from
 * @property {string} to
 * @property {string} key the name of the key that it goes by; of a broken one that is missing
 * @property {string | null} kept_by the rollout that keeps it from devices that it has not reached
 * @property {number} lane 0: straight down, else counted from the boxes to the left
 * @property {string} path of SVG
 * @property {{x: number, y: number, anchor: 'start' | 'end'}} label
 */

/** @typedef {{nodes: Node[], edges: Edge[], width: number, height: number}} Layout */

export const BOX_WIDTH = 310;
export const BOX_HEIGHT = 62;
const GAP = 40; // between two boxes
const LANE = 26; // from one lane to the next
const MARGIN = 8;
const TOP = 24; // for devices that stand on the first box
const LABEL = 100; // beside the outermost lane
const ROW = BOX_HEIGHT + GAP;

/** @param {import('./release_types.js').KeyReference | null | undefined} key */
export function keyName(key) {
    return key ? key.name ?? key.id.slice(0, 12) : 'unknown key';
}

/**
 * The arrows to be drawn, without their places.
 * @param {Chain} chain
 * @param {boolean} all also what could be verified and is not offered
 * @returns {{kind: EdgeKind, from: number, to: number, key: string}[]} rows
 */
function listEdges(chain, all) {
    const rows = new Map(chain.images.map((image, row) => [image.name, row]));
    /** @type {{kind: EdgeKind, from: number, to: number, key: string}[]} */
    const edges = [];

    for (const {from, to, offered} of chain.edges) {
        const [a, b] = [rows.get(from), rows.get(to)];

        if (a !== undefined && b !== undefined && (offered || all))
            edges.push({
                kind: offered ? 'offered' : 'possible', from: a, to: b,
                key: keyName(chain.images[b].signer),
            });
    }
    chain.images.forEach((image, row) => {
        const to = image.fault?.next ? rows.get(image.fault.next) : undefined;

        if (image.fault && image.fault.image === image.name && to !== undefined)
            edges.push({
                kind: 'broken', from: row, to,
                key: image.fault.obstacle === 'layout' ? 'other layout' : keyName(image.fault.key),
            });
    });
    return edges;
}

/**
 * Gives each arrow the innermost lane that is free all along it. Neighbours go straight down.
 * @param {{from: number, to: number}[]} edges
 * @returns {number[]} lanes
 */
export function assignLanes(edges) {
    /** @type {[number, number][][]} */
    const taken = [];
    const order = edges.map((_, i) => i)
        .sort((a, b) => edges[a].to - edges[a].from - (edges[b].to - edges[b].from));
    const lanes = new Array(edges.length).fill(0);
    const straight = new Set();

    for (const i of order) {
        const {from, to} = edges[i];

        if (to === from + 1 && !straight.has(from)) {
            straight.add(from);
            continue;
        }
        let lane = 0;
        while (taken[lane]?.some(([a, b]) => from < b && a < to))
            lane++;
        (taken[lane] ??= []).push([from, to]);
        lanes[i] = lane + 1;
    }
    return lanes;
}

/**
 * @param {number} row
 * @param {number} share of the box's height
 */
const yOf = (row, share) => TOP + row * ROW + BOX_HEIGHT * share;

/**
 * @param {{from: number, to: number}} edge
 * @param {number} lane
 * @param {number} left of the boxes
 * @returns {{path: string, label: Edge['label']}}
 */
function route(edge, lane, left) {
    if (lane === 0) {
        const x = left + 34;
        const [y1, y2] = [yOf(edge.from, 1), yOf(edge.to, 0)];

        return {path: `M${x} ${y1}V${y2 - 2}`, label: {x: x + 10, y: (y1 + y2) / 2 + 4, anchor: 'start'}};
    }
    const x = left - lane * LANE;
    const [y1, y2] = [yOf(edge.from, 0.7), yOf(edge.to, 0.3)];
    const bend = 10;

    return {
        path: `M${left} ${y1}H${x + bend}Q${x} ${y1} ${x} ${y1 + bend}V${y2 - bend}Q${x} ${y2} ${x + bend} ${y2}H${left - 2}`,
        label: {x: x - 5, y: (y1 + y2) / 2 + 4, anchor: 'end'},
    };
}

/**
 * @param {Chain} chain
 * @param {boolean} all also arrows that are not offered
 * @returns {Layout}
 */
export function layOut(chain, all) {
    const edges = listEdges(chain, all);
    const lanes = assignLanes(edges);
    const outermost = Math.max(0, ...lanes);
    const left = MARGIN + (outermost > 0 ? outermost * LANE + LABEL : 0);

    return {
        nodes: chain.images.map((image, row) => ({image, x: left, y: yOf(row, 0)})),
        edges: edges.map((edge, i) => ({
            kind: edge.kind, key: edge.key, lane: lanes[i],
            from: chain.images[edge.from].name, to: chain.images[edge.to].name,
            kept_by: edge.kind === 'offered' ? chain.images[edge.from].kept_by : null,
            ...route(edge, lanes[i], left),
        })),
        width: left + BOX_WIDTH + MARGIN,
        height: Math.max(0, chain.images.length * ROW - GAP) + TOP + MARGIN,
    };
}
