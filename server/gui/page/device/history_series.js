// The hours of a device as lines of a plot, and its events as marks in it.

const HOUR_MS = 3600000;

/** @typedef {[number, number|null]} Point */

/**
 * @typedef {object} Chart
 * @property {string} label
 * @property {string} unit
 * @property {{name: string, values: Point[]}[]} series
 */

/** The spans that can be chosen, the first is shown at first. */
export const SPANS = [
    {key: '24h', text: '24 hours', ms: 24 * HOUR_MS},
    {key: '7d', text: '7 days', ms: 7 * 24 * HOUR_MS},
    {key: '30d', text: '30 days', ms: 30 * 24 * HOUR_MS},
    {key: '1y', text: '1 year', ms: 365 * 24 * HOUR_MS},
];

/** What is drawn of an hour, and of a status for the time that is no hour yet. */
const CHARTS = [
    {label: 'Signal', unit: 'dBm', lines: [
        {name: 'weakest', hour: 'rssi_min', now: 'rssi'},
        {name: 'average', hour: 'rssi_avg', now: 'rssi'},
        {name: 'strongest', hour: 'rssi_max', now: 'rssi'}]},
    {label: 'Free heap', unit: 'bytes', lines: [
        {name: 'least', hour: 'free_heap_min', now: 'free_heap_bytes'}]},
    {label: 'Longest loop', unit: 'ms', lines: [
        {name: 'longest', hour: 'max_loop_max', now: 'max_loop_ms'}]},
    {label: 'Uptime', unit: 'ms', lines: [{name: 'uptime', hour: 'uptime_ms', now: 'uptime_ms'}]},
    {label: 'Restarts', unit: 'each hour', lines: [
        {name: 'restarts', hour: 'reboots', now: ''},
        {name: 'new errors', hour: 'new_errors', now: ''}]},
];

/** @type {[string, number][]} */
const UNITS = [['days', 24 * HOUR_MS], ['h', HOUR_MS], ['min', 60000], ['s', 1000]];

/**
 * Where hours are missing, the line is broken: nothing was heard.
 * @param {any[]} hours the oldest first
 * @param {string} member
 * @returns {Point[]}
 */
function lineOf(hours, member) {
    /** @type {Point[]} */
    const points = [];

    hours.forEach((hour, i) => {
        const before = hours[i - 1];

        if (before && hour.hour_ms - before.hour_ms > HOUR_MS)
            points.push([before.hour_ms + HOUR_MS, null]);
        points.push([hour.hour_ms, hour[member] ?? null]);
    });
    return points;
}

/**
 * The uptime at the end of each hour: since the last restart, of which starts are known by events
 * and the one that goes on by the device's own word.
 * @param {any[]} hours
 * @param {number[]} starts when it started, the oldest first
 * @returns {any[]} the hours with uptime_ms
 */
export function withUptime(hours, starts) {
    return hours.map((hour) => {
        const end = hour.hour_ms + HOUR_MS;
        const start = starts.filter((ms) => ms <= end).pop();

        return {...hour, uptime_ms: start === undefined ? null : end - start};
    });
}

/**
 * When the device started, as far as is known.
 * @param {any[]} events
 * @param {any} device
 * @returns {number[]}
 */
export function startsOf(events, device) {
    const starts = events.filter((event) => event.event === 'boot' || event.event === 'reboot')
        .map((event) => event.at_ms);

    if (device.uptime_ms !== null && device.last_seen_ms !== null)
        starts.push(device.last_seen_ms - device.uptime_ms);
    return starts.sort((a, b) => a - b);
}

/**
 * What a device says now, as a point of the lines.
 * @param {any} device
 * @returns {any|null}
 */
export function sampleOf(device) {
    if (device.last_seen_ms === null)
        return null;
    return {at_ms: device.last_seen_ms, rssi: device.rssi, free_heap_bytes: device.free_heap_bytes,
        max_loop_ms: device.max_loop_ms, uptime_ms: device.uptime_ms};
}

/**
 * @param {any[]} hours the oldest first, with uptime_ms
 * @param {any[]} samples behind them, the oldest first
 * @returns {Chart[]}
 */
export function chartsOf(hours, samples) {
    const last = hours.length > 0 ? hours[hours.length - 1].hour_ms : 0;
    const later = samples.filter((sample) => sample.at_ms > last);

    return CHARTS.map((chart) => inUnits({
        label: chart.label, unit: chart.unit,
        series: chart.lines.map((line) => ({
            name: line.name,
            values: [...lineOf(hours, line.hour), ...(line.now === '' ? [] : later.map(
                (sample) => /** @type {Point} */ ([sample.at_ms, sample[line.now] ?? null])))],
        })),
    })).filter((chart) => chart.series.some((line) => line.values.length > 0));
}

/**
 * Long times in the unit that suits the longest; all else as it is.
 * @param {Chart} chart
 * @returns {Chart}
 */
function inUnits(chart) {
    const most = chart.series.flatMap((line) => line.values)
        .reduce((max, [, value]) => Math.max(max, value ?? 0), 0);
    const [unit, size] = UNITS.find(([, one]) => most >= 3 * one) ?? ['ms', 1];

    if (chart.unit !== 'ms' || size === 1)
        return chart;
    return {...chart, unit, series: chart.series.map((line) => ({...line,
        values: line.values.map(([ms, value]) => /** @type {Point} */ (
            [ms, value === null ? null : Math.round(value / size * 100) / 100]))}))};
}

/**
 * @param {any} event
 * @returns {string}
 */
export function markText(event) {
    return [event.event, event.command, event.image, event.result === 'ok' ? null : event.result]
        .filter((part) => part).join(' ');
}

/**
 * Marks within a span; of events that come within a minute of one another one mark for all.
 * @param {any[]} events in any order
 * @param {number} sinceMs
 * @returns {{ms: number, text: string}[]}
 */
export function marksOf(events, sinceMs) {
    /** @type {{ms: number, text: string}[]} */
    const marks = [];

    for (const event of [...events].sort((a, b) => a.at_ms - b.at_ms)) {
        const before = marks[marks.length - 1];

        if (event.at_ms < sinceMs)
            continue;
        if (before && event.at_ms - before.ms < 60000)
            before.text += `, ${markText(event)}`;
        else
            marks.push({ms: event.at_ms, text: markText(event)});
    }
    return marks;
}
