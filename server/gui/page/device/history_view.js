// Plots of the device's hours, with its events marked in them.

import {get} from '../api/client.js';
import {h, replace} from '../ui/dom.js';
import {ageOf} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {plot} from '../ui/plot.js';
import {SPANS, chartsOf, marksOf, sampleOf, startsOf, withUptime} from './history_series.js';

const EVENTS = 1000; // the newest of them are marked
const SAMPLES = 720; // of what was said while the page is open

/**
 * @param {string} mac
 * @param {AbortSignal} signal
 */
export function createHistory(mac, signal) {
    const plots = h('div', {class: 'plots'});
    const note = h('p', {class: 'faint'});
    const choice = h('select', {id: 'history-span'}, SPANS.map((span) =>
        h('option', {value: span.key}, span.text)));
    const element = h('section', {class: 'card wide', 'aria-labelledby': 'history-title'},
        h('h2', {id: 'history-title'}, 'History'),
        h('div', {class: 'bar'}, h('label', {for: 'history-span'}, 'Show'), choice), note, plots);
    const state = {
        /** @type {any[]} */ hours: [],
        /** @type {any[]} */ events: [],
        /** @type {any[]} */ samples: [],
        /** @type {any} */ device: null,
        span: SPANS[0],
    };
    /** @type {Map<string, ReturnType<typeof plot>>} */
    const drawn = new Map();
    let turn = 0;

    function draw() {
        const sinceMs = Date.now() - state.span.ms;
        const marks = marksOf(state.events, sinceMs);
        const hours = withUptime(state.hours, startsOf(state.events, state.device));
        const charts = chartsOf(hours, state.samples.filter((one) => one.at_ms >= sinceMs));

        for (const [label, one] of drawn) {
            if (!charts.some((chart) => chart.label === label)) {
                one.close();
                drawn.delete(label);
            }
        }
        for (const chart of charts) {
            const data = {...chart, marks};
            const there = drawn.get(chart.label);

            if (there)
                there.setData(data);
            else
                drawn.set(chart.label, plot(plots, data));
        }
        replace(note, state.hours.length === 0
            ? 'An hour is kept when it is over. Until then the plots show what the device says now.'
            : ['The oldest hour began ', ageOf(state.hours[0].hour_ms), '.']);
    }

    async function read() {
        const mine = ++turn;
        const sinceMs = Date.now() - state.span.ms;
        const [hours, events] = await Promise.all([
            get(`/devices/${mac}/history`, {since_ms: sinceMs}, signal),
            get(`/devices/${mac}/events`, {limit: EVENTS}, signal),
        ]);

        if (mine !== turn)
            return;
        Object.assign(state, {hours, events});
        draw();
    }

    choice.addEventListener('change', () => {
        state.span = SPANS.find((span) => span.key === choice.value) ?? SPANS[0];
        read().catch(notifyFailure);
    });
    return {
        element, read,
        /**
         * What it says now is the end of the lines.
         * @param {any} device
         */
        show: (device) => {
            const sample = sampleOf(device);
            const last = state.samples[state.samples.length - 1];

            state.device = device;
            if (sample === null || (last && last.at_ms >= sample.at_ms))
                return;
            state.samples = [...state.samples, sample].slice(-SAMPLES);
            if (state.span === SPANS[0])
                draw();
        },
        close: () => drawn.forEach((one) => one.close()),
    };
}
