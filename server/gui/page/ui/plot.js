// A plot over time, drawn by dygraphs, which is loaded when the first is wanted.

import {h, replace} from './dom.js';
import {exactTimeText, visible} from './format.js';

/** @typedef {{name: string, values: [number, number | null][]}} Series the values in the order of their times, in ms */
/** @typedef {{ms: number, text: string}} Mark */
/** @typedef {{label: string, series: Series[], marks?: Mark[], unit?: string}} PlotData */

const SCRIPT = '/gui/dygraph.min.js';
const COLOURS = ['--accent', '--busy', '--warn', '--bad'];

/** @type {Promise<any> | null} */
let loading = null;

/** @returns {Promise<any>} its constructor */
function loadDygraph() {
    loading ??= new Promise((resolve, reject) => {
        const script = h('script', {src: SCRIPT});

        script.addEventListener('load', () => {
            const {Dygraph} = /** @type {any} */ (window);

            // Its legend has a style attribute, which the page's policy forbids, and is not used.
            Dygraph.PLUGINS = Dygraph.PLUGINS.filter((/** @type {any} */ plugin) =>
                plugin !== Dygraph.Plugins.Legend);
            resolve(Dygraph);
        });
        script.addEventListener('error', () => {
            loading = null;
            script.remove();
            reject(new Error('What draws the plots could not be loaded. Load the page again.'));
        });
        document.head.append(script);
    });
    return loading;
}

/**
 * One row for each time that any series has.
 * @param {Series[]} series
 * @returns {[number, ...(number | null)[]][]}
 */
export function rowsOf(series) {
    const at = new Map();

    series.forEach(({values}, i) => {
        for (const [ms, value] of values) {
            if (!at.has(ms))
                at.set(ms, series.map(() => null));
            at.get(ms)[i] = value;
        }
    });
    return [...at].sort(([a], [b]) => a - b).map(([ms, values]) => [ms, ...values]);
}

/** @param {string} name of a property of the style */
function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {PlotData} data */
function tableOf({series, unit}) {
    const summaries = series.map(({name, values}) => {
        const numbers = values.map(([, value]) => value).filter((value) => value !== null);

        return numbers.length === 0 ? `${name}: none` : `${name}: least ${Math.min(.../** @type {number[]} */ (numbers))}, ` +
            `most ${Math.max(.../** @type {number[]} */ (numbers))}${unit ? ` ${unit}` : ''}, ${numbers.length} values`;
    });

    return summaries.join('. ');
}

/**
 * Draws the marks: a line through the plot with a number, which the list below explains.
 * @param {Mark[]} marks
 */
function markDrawer(marks) {
    return (/** @type {CanvasRenderingContext2D} */ canvas, /** @type {any} */ area, /** @type {any} */ graph) => {
        canvas.save();
        canvas.strokeStyle = canvas.fillStyle = colour('--warn');
        canvas.setLineDash([3, 3]);
        canvas.font = '11px sans-serif';
        for (const {ms, text} of marks) {
            const x = graph.toDomXCoord(ms);

            if (x < area.x || x > area.x + area.w)
                continue;
            canvas.beginPath();
            canvas.moveTo(x, area.y);
            canvas.lineTo(x, area.y + area.h);
            canvas.stroke();
            canvas.fillText(visible(text, 14), x + 3, area.y + 10);
        }
        canvas.restore();
    };
}

/**
 * @param {PlotData} data
 * @param {HTMLElement} reading where the values under the pointer are told
 */
function optionsOf({series, marks = [], unit}, reading) {
    return {
        labels: ['time', ...series.map(({name}) => name)],
        colors: COLOURS.map(colour), axisLineColor: colour('--line'), gridLineColor: colour('--line'),
        legend: 'never', strokeWidth: 1.6, connectSeparatedPoints: false, drawPoints: series.every(
            ({values}) => values.length < 60),
        pointSize: 2, labelsUTC: false, underlayCallback: markDrawer(marks),
        axes: {y: {axisLabelWidth: 56}},
        highlightCallback: (/** @type {any} */ _event, /** @type {number} */ ms, /** @type {any[]} */ points) => {
            replace(reading, [exactTimeText(ms).replace(/ \(.*/, ''), ...points.map((point) =>
                `${point.name} ${point.yval}${unit ? ` ${unit}` : ''}`), ...marks.filter((mark) =>
                Math.abs(mark.ms - ms) < 1800000).map((mark) => visible(mark.text, 60))].join(' · '));
        },
        unhighlightCallback: () => replace(reading),
    };
}

/**
 * @param {HTMLElement} place
 * @param {PlotData} first
 * @returns {{setData: (data: PlotData) => void, close: () => void}}
 */
export function plot(place, first) {
    const reading = h('span', {class: 'plot-reading'});
    const summary = h('span', {class: 'unseen'});
    const canvas = h('div', {class: 'plot-canvas', 'aria-hidden': 'true'});
    /** @type {any} */
    let graph = null;
    let isClosed = false;
    let data = first;

    const draw = async () => {
        const rows = rowsOf(data.series);

        replace(summary, tableOf(data));
        graph?.destroy();
        graph = null;
        if (rows.length === 0) {
            replace(canvas, h('p', {class: 'faint'}, 'Nothing was reported yet.'));
            return;
        }
        try {
            const Dygraph = await loadDygraph();

            if (isClosed)
                return;
            graph?.destroy();
            replace(canvas);
            graph = new Dygraph(canvas, rows.map(([ms, ...values]) => [new Date(ms), ...values]),
                optionsOf(data, reading));
        } catch (error) {
            replace(canvas, error instanceof Error ? error.message : String(error));
        }
    };
    const element = h('figure', {class: 'plot'}, h('figcaption', null,
        h('span', null, data.label, data.unit ? h('span', {class: 'faint'}, ` in ${data.unit}`) : null),
        reading, summary), canvas);

    place.append(element);
    window.addEventListener('themechange', draw);
    draw();
    return {
        setData: (next) => {
            data = next;
            draw();
        },
        close: () => {
            isClosed = true;
            window.removeEventListener('themechange', draw);
            graph?.destroy();
            graph = null;
            element.remove();
        },
    };
}
