// How far a rollout is: as a whole, and phase by phase.

/** @typedef {import('./rollout_types.js').Counts} Counts */
/** @typedef {import('./rollout_types.js').Member} Member */
/** @typedef {import('./rollout_types.js').Rollout} Rollout */
/** @typedef {{kind: 'updated' | 'working' | 'failed' | 'left' | 'waiting', n: number, word: string}} Part */
/** @typedef {{phase: number, standing: 'passed' | 'current' | 'to come', total: number, parts: Part[] | null}} PhaseLine */

/**
 * @param {Counts} counts
 * @returns {Part[]} of a bar, those with devices only, in the order in which they are drawn
 */
export function partsOf(counts) {
    /** @type {Part[]} */
    const parts = [
        {kind: 'updated', n: counts.updated, word: 'updated'},
        {kind: 'working', n: counts.downloading + counts.installing, word: 'under way'},
        {kind: 'failed', n: counts.failed, word: 'failed'},
        {kind: 'left', n: counts.left_out, word: 'left out'},
        {kind: 'waiting', n: counts.waiting, word: counts.away > 0 ? `waiting (${counts.away} away)` : 'waiting'},
    ];

    return parts.filter((part) => part.n > 0);
}

/**
 * How many devices are to have it by the end of each phase: numbers, or shares rounded up.
 * @param {string} phases as in the terms: "1,10%,50%,100%"
 * @param {number} total
 */
export function phaseTargets(phases, total) {
    let before = 0;

    return phases.split(',').map((text) => {
        const value = parseFloat(text);
        const target = text.trim().endsWith('%') ? Math.ceil(total * value / 100 - 1e-9) : value;

        before = Math.max(before, Math.min(total, Number.isFinite(target) ? target : 0));
        return before;
    });
}

/** @param {readonly Member[]} members */
function countStages(members) {
    /** @type {Counts} */
    const counts = {
        total: members.length, waiting: 0, away: 0, downloading: 0, installing: 0, updated: 0, failed: 0, left_out: 0,
    };

    for (const {stage} of members)
        counts[stage === 'left out' ? 'left_out' : stage]++;
    return counts;
}

/**
 * @param {Rollout} rollout
 * @param {readonly Member[]} members parts are told only if these are all
 * @returns {PhaseLine[]}
 */
export function phaseLines(rollout, members) {
    const isWhole = members.length === rollout.devices.total;
    const targets = phaseTargets(rollout.terms.phases, rollout.devices.total);
    const isOver = rollout.state === 'done';

    return Array.from({length: rollout.phases}, (_, i) => {
        const phase = i + 1;
        const own = isWhole ? members.filter((member) => member.phase === phase) : [];

        return {
            phase,
            standing: isOver || phase < rollout.phase ? 'passed' : phase === rollout.phase ? 'current' : 'to come',
            total: isWhole ? own.length : (targets[i] ?? 0) - (i > 0 ? targets[i - 1] ?? 0 : 0),
            parts: isWhole ? partsOf(countStages(own)) : null,
        };
    });
}

/**
 * The reasons why devices failed or were left out, the most frequent first.
 * @param {readonly Member[]} members
 * @returns {{stage: string, reason: string, macs: string[]}[]}
 */
export function groupFailures(members) {
    /** @type {Map<string, {stage: string, reason: string, macs: string[]}>} */
    const groups = new Map();

    for (const {mac, stage, reason} of members) {
        if (stage !== 'failed' && stage !== 'left out')
            continue;
        const why = reason ?? 'no reason is known';
        const key = `${stage} ${why}`;

        if (!groups.has(key))
            groups.set(key, {stage, reason: why, macs: []});
        groups.get(key)?.macs.push(mac);
    }
    return [...groups.values()].sort((a, b) => b.macs.length - a.macs.length);
}
