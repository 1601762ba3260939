// What ends when, as a line of time: a lane for each kind, a bar for each stretch in which some end.
import {h, svg} from '../ui/dom.js';
import {marksOf} from './certificate.js';

/** @typedef {import('./certificate.js').Lane} Lane */
/** @typedef {import('./certificate.js').Bucket} Bucket */

const WIDTH = 900;
const LEFT = 150;
const RIGHT = 20;
const LANE = 44;
const BAR = 30;
const TOP = 8;
const FOOT = 26;

/** @param {number} ms */
const dayOf = (ms) => new Date(ms).toLocaleDateString();

/**
 * @param {Lane} lane
 * @param {Bucket} bucket
 */
function wordsOf(lane, bucket) {
    return `${lane.name}: ${bucket.count} ${bucket.count === 1 ? 'ends' : 'end'} between ${dayOf(bucket.fromMs)} and ${dayOf(bucket.toMs)}`;
}

/**
 * @param {Lane[]} lanes
 * @param {{fromMs: number, toMs: number, nowMs: number, soonMs: number}} line
 * @param {(lane: Lane, bucket: Bucket) => void} onChoose
 */
export function timeLine(lanes, line, onChoose) {
    const height = TOP + lanes.length * LANE + FOOT;
    /** @param {number} ms */
    const x = (ms) => LEFT + ((ms - line.fromMs) / (line.toMs - line.fromMs)) * (WIDTH - LEFT - RIGHT);
    const drawing = svg(
        'svg',
        {
            class: 'time-line',
            viewBox: `0 0 ${WIDTH} ${height}`,
            role: 'group',
            'aria-label': 'When certificates end',
        },
        svg('rect', {
            class: 'soon',
            x: x(line.nowMs),
            y: TOP,
            width: Math.max(0, x(Math.min(line.soonMs, line.toMs)) - x(line.nowMs)),
            height: lanes.length * LANE,
        }),
        ...marksOf(line.fromMs, line.toMs).map((mark) => markOf(mark, x(mark.ms), height)),
        nowOf(x(line.nowMs), height),
        ...lanes.map((lane, i) => laneGroup(lane, TOP + i * LANE, x, onChoose)),
    );

    return h('div', {class: 'time-line-frame', tabindex: 0, role: 'group', 'aria-label': 'Time line'}, drawing);
}

/** @param {number} at @param {number} height */
function nowOf(at, height) {
    return svg(
        'g',
        {class: 'now', 'aria-hidden': 'true'},
        svg('line', {x1: at, x2: at, y1: TOP, y2: height - FOOT + 4}),
        svg('text', {x: at, y: height - 8, 'text-anchor': 'middle'}, 'now'),
    );
}

/** @param {{text: string}} mark @param {number} at @param {number} height */
function markOf(mark, at, height) {
    const close = at < LEFT + 60;

    return svg(
        'g',
        {class: 'mark', 'aria-hidden': 'true'},
        svg('line', {x1: at, x2: at, y1: TOP, y2: height - FOOT}),
        close ? null : svg('text', {x: at, y: height - 8, 'text-anchor': 'middle'}, mark.text),
    );
}

/**
 * @param {Lane} lane
 * @param {number} top
 * @param {(ms: number) => number} x
 * @param {(lane: Lane, bucket: Bucket) => void} onChoose
 */
function laneGroup(lane, top, x, onChoose) {
    const foot = top + LANE - 6;

    return svg(
        'g',
        {class: 'lane'},
        svg('text', {x: 0, y: foot - 6}, lane.name),
        svg('line', {class: 'ground', x1: LEFT, x2: WIDTH - RIGHT, y1: foot, y2: foot}),
        ...lane.buckets.map((bucket) => {
            const tall = 8 + (BAR - 8) * (bucket.count / lane.most);
            const choose = () => onChoose(lane, bucket);
            const left = x(bucket.fromMs);

            return svg(
                'g',
                {
                    class: 'bar',
                    role: 'button',
                    tabindex: 0,
                    'aria-label': wordsOf(lane, bucket),
                    on: {
                        click: choose,
                        keydown: (/** @type {KeyboardEvent} */ event) => {
                            if (event.key === 'Enter' || event.key === ' ') {
                                event.preventDefault();
                                choose();
                            }
                        },
                    },
                },
                svg('title', {}, wordsOf(lane, bucket)),
                svg('rect', {x: left, y: foot - tall, width: Math.max(4, x(bucket.toMs) - left - 1), height: tall}),
                bucket.count > 1
                    ? svg('text', {x: left + 2, y: foot - tall - 2, class: 'count'}, String(bucket.count))
                    : null,
            );
        }),
        lane.after > 0
            ? svg('text', {x: WIDTH - RIGHT, y: foot - 6, 'text-anchor': 'end', class: 'later'}, `${lane.after} later →`)
            : null,
    );
}
