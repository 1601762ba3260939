// The pure parts of the page "Rollouts": form to body, progress, and what is said.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseDuration, toBody} from '../../../server/gui/page/rollouts/rollout_body.js';
import {groupFailures, partsOf, phaseLines, phaseTargets} from '../../../server/gui/page/rollouts/rollout_progress.js';
import {adviceOf, planSentences, verbSentence, verbsOf} from '../../../server/gui/page/rollouts/rollout_words.js';

const empty = {
    name: 'r1', kind: 'image', image: 'B-00.00.02', who: 'all', filter: '', group: '', patch: '', force: false, phases: '',
    rate: '', at_once: '', site: '', per_site: '', start: '', window: '', success: '', soak: '', failures: '', timeout: '',
    canaries_first: false,
};
const none = {total: 0, waiting: 0, away: 0, downloading: 0, installing: 0, updated: 0, failed: 0, left_out: 0};

function rollout(more = {}) {
    return {
        name: 'r1', kind: 'image', image: 'B-00.00.02', config: null, state: 'running', reason: null, waits_for: null,
        waits_until_ms: null, phase: 2, phases: 3, gated: true, created_at_ms: 1, ended_at_ms: null, soaks_until_ms: null,
        estimated_end_ms: null, devices: {...none, total: 4, waiting: 2, updated: 1, failed: 1},
        terms: {phases: '1,50%,100%'}, ...more,
    };
}

function member(n, phase, stage, reason = null) {
    return {mac: `00000000000${n}`, phase, stage, site: null, reason, command_id: null, began_at_ms: null, ended_at_ms: null};
}

test('durations', () => {
    assert.deepEqual(['0', '90s', '15m', '2h', '1d', ' 5s '].map(parseDuration), [0, 90, 900, 7200, 86400, 5]);
    assert.deepEqual(['', '5', '1w', '-1s', '366d', '1h30m', '1.5h'].map(parseDuration), Array(7).fill(null));
});

test('what is left empty is left to the daemon', () => {
    assert.deepEqual(toBody(empty), {body: {name: 'r1', image: 'B-00.00.02', all: true}, faults: {}});
});

test('all terms', () => {
    const {body, faults} = toBody({
        ...empty, who: 'filter', filter: ' tag=office ', phases: '1,100%', rate: '0', at_once: '7', site: 'site-', per_site: '2',
        start: '2026-12-24T22:00', window: '22:00-05:00 UTC', success: '90%', soak: '0', failures: '3', timeout: '5m', canaries_first: true,
    });

    assert.deepEqual(faults, {});
    assert.deepEqual(body, {
        name: 'r1', image: 'B-00.00.02', filters: ['tag=office'], phases: '1,100%', site: 'site-', window: '22:00-05:00 UTC',
        failures: '3', rate: 0, at_once: 7, per_site: 2, success: 90, soak_s: 0, timeout_s: 300,
        start_ms: new Date('2026-12-24T22:00').getTime(), canaries_first: true,
    });
});

test('a group, and settings of it', () => {
    assert.deepEqual(toBody({...empty, who: 'group', group: 'lab'}).body.filters, ['group=lab']);
    assert.deepEqual(toBody({...empty, kind: 'config', who: 'group', group: 'lab', patch: '{"a": null}', force: true}),
        {body: {name: 'r1', config: {a: null}, scope: 'group', group: 'lab', force: true}, faults: {}});
    assert.deepEqual(toBody({...empty, kind: 'config', patch: '{"a": 1}'}).body, {name: 'r1', config: {a: 1}, scope: 'fleet'});
});

test('each fault is told at its field', () => {
    const bad = [
        ['name', {name: ''}], ['name', {name: 'a b'}], ['image', {image: ''}], ['filter', {who: 'filter', filter: ' '}],
        ['group', {who: 'group'}], ['rate', {rate: '-1'}], ['at_once', {at_once: 'x'}], ['per_site', {per_site: '1.5'}],
        ['success', {success: '0'}], ['success', {success: '101%'}], ['soak', {soak: '10'}], ['timeout', {timeout: '0'}],
        ['start', {start: 'never'}], ['patch', {kind: 'config', patch: '{'}], ['patch', {kind: 'config', patch: '[]'}],
        ['patch', {kind: 'config', patch: 'null'}], ['filter', {kind: 'config', patch: '{}', who: 'filter'}],
        ['group', {kind: 'config', patch: '{}', who: 'group'}],
    ];
    for (const [field, more] of bad)
        assert.deepEqual(Object.keys(toBody({...empty, ...more}).faults), [field], JSON.stringify(more));
});

test('targets of phases are rounded up and never go back', () => {
    assert.deepEqual(phaseTargets('1,10%,50%,100%', 3), [1, 1, 2, 3]);
    assert.deepEqual(phaseTargets('1,10%,50%,100%', 100000), [1, 10000, 50000, 100000]);
    assert.deepEqual(phaseTargets('5,10%,100%', 20), [5, 5, 20]);
    assert.deepEqual(phaseTargets('7%,100%', 100), [7, 100]);
    assert.deepEqual(phaseTargets('9,100%', 4), [4, 4]);
});

test('progress by phase', () => {
    const members = [member(1, 1, 'updated'), member(2, 2, 'failed', 'hash'), member(3, 3, 'waiting'), member(4, 3, 'waiting')];
    const lines = phaseLines(rollout(), members);

    assert.deepEqual(lines.map((line) => line.standing), ['passed', 'current', 'to come']);
    assert.deepEqual(lines.map((line) => line.total), [1, 1, 2]);
    assert.deepEqual(lines[1].parts, [{kind: 'failed', n: 1, word: 'failed'}]);
    const part = phaseLines(rollout(), members.slice(1));
    assert.deepEqual(part.map((line) => [line.total, line.parts]), [[1, null], [1, null], [2, null]]);
    assert.ok(phaseLines(rollout({state: 'done', phase: 3}), members).every((line) => line.standing === 'passed'));
});

test('a bar has only what there is', () => {
    assert.deepEqual(partsOf(none), []);
    assert.deepEqual(partsOf({...none, total: 6, waiting: 3, away: 2, downloading: 1, installing: 1, left_out: 1}).map((part) => [part.kind, part.n]),
        [['working', 2], ['left', 1], ['waiting', 3]]);
});

test('who failed, by reason', () => {
    const groups = groupFailures([
        member(1, 1, 'failed', 'a'), member(2, 1, 'failed', 'b'), member(3, 1, 'failed', 'b'), member(4, 1, 'left out', 'b'),
        member(5, 1, 'updated'), member(6, 1, 'failed'),
    ]);
    assert.deepEqual(groups.map((group) => [group.stage, group.reason, group.macs.length]),
        [['failed', 'b', 2], ['failed', 'a', 1], ['left out', 'b', 1], ['failed', 'no reason is known', 1]]);
});

test('what may be done', () => {
    assert.deepEqual(verbsOf(rollout()), ['pause', 'retry', 'abort']);
    assert.deepEqual(verbsOf(rollout({state: 'paused'})), ['resume', 'retry', 'abort']);
    assert.deepEqual(verbsOf(rollout({state: 'aborted'})), ['remove']);
    assert.deepEqual(verbsOf(rollout({state: 'done'})), ['retry', 'remove']);
    assert.deepEqual(verbsOf(rollout({state: 'done', kind: 'config'})), ['remove']);
    assert.deepEqual(verbsOf(rollout({state: 'soaking', devices: none})), ['pause', 'abort']);
});

test('every sentence says how many', () => {
    for (const verb of ['pause', 'resume', 'abort', 'retry', 'remove'])
        assert.match(verbSentence(verb, rollout()), /\d device/, verb);
});

test('whom it meets', () => {
    const plan = {
        name: 'r1', kind: 'image', image: 'x', config: null, publishes: true, met: 5, current: 1, foreign: 2, revoked: 0,
        off_channel: 0, count: 2, canaries: 1, phases: [],
    };
    assert.deepEqual(planSentences(plan), [
        'It is for 2 devices.', 'Of 5 devices that were met, 1 run it or a later one, 2 are of another board: these are not part of it.',
        '1 of these is marked as canary.', 'The image is published by this, for these devices alone until it is done.',
    ]);
    assert.match(planSentences({...plan, canaries: 0}, true).join(' '), /None of these devices is marked as canary/);
});

test('what there is to decide', () => {
    assert.match(adviceOf(rollout({state: 'paused'})) ?? '', /Retry, then Resume/);
    assert.match(adviceOf(rollout({state: 'aborted'})) ?? '', /withdrawn/);
    assert.equal(adviceOf(rollout({state: 'aborted', gated: false})), null);
    assert.equal(adviceOf(rollout()), null);
});
