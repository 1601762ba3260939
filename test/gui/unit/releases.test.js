// The pure parts of the page "Releases": where the graph's parts stand, and what is said.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assignLanes, BOX_HEIGHT, layOut} from '../../../server/gui/page/releases/chain_layout.js';
import {describe, faultSentence, nextSentence, obstacleOf} from '../../../server/gui/page/releases/chain_words.js';
import {findings, mayPublish, refuseFile} from '../../../server/gui/page/releases/upload_check.js';

const key = (n) => ({id: String(n).repeat(64), name: `k${n}`});

function image(version, signer, embeds, more = {}) {
    return {
        name: `B-00.00.0${version}`, board: 'B', version: `00.00.0${version}`, state: 'published', layout: 'sdk', size_bytes: 10,
        sha256: 'ab'.repeat(32), signer: key(signer), embeds: [key(embeds)], embeds_from: 'descriptor', channel: 'stable',
        must_pass: false, rollout: null, devices: 0, staged: 0, added_at_ms: 1, published_at_ms: 1, in_channel: true,
        ahead: false, next: null, kept_by: null, kept_next: null, stranded: false, obstacle: null,
        comes_to: 'B-00.00.03', fault: null, stranded_macs: [], ...more,
    };
}

function chain(images, edges, more = {}) {
    return {
        board: 'B', policy: 'step', channel: 'stable', channels_differ: false, channels: [], stranded: 0, images,
        edges: edges.map(([from, to, offered]) => ({from: `B-00.00.0${from}`, to: `B-00.00.0${to}`, offered})),
        edges_cut: false, unknown: [], ...more,
    };
}

const three = [image(1, 1, 1), image(2, 1, 2), image(3, 2, 2)];

test('neighbours go straight down, what passes rows by has a lane of its own', () => {
    assert.deepEqual(assignLanes([{from: 0, to: 1}, {from: 1, to: 2}]), [0, 0]);
    assert.deepEqual(assignLanes([{from: 0, to: 2}, {from: 1, to: 3}, {from: 3, to: 5}]), [1, 2, 1]);
    assert.deepEqual(assignLanes([{from: 0, to: 4}, {from: 1, to: 3}]), [2, 1]);
    assert.deepEqual(assignLanes([{from: 0, to: 1}, {from: 0, to: 1}]), [0, 1]);
    assert.deepEqual(assignLanes([]), []);
});

test('no two arrows of a lane lie on each other', () => {
    const edges = [];
    for (let from = 0; from < 12; from++) {
        for (let to = from + 1; to < 12; to++)
            edges.push({from, to});
    }
    const lanes = assignLanes(edges);
    for (let a = 0; a < edges.length; a++) {
        for (let b = 0; b < a; b++)
            assert.ok(lanes[a] !== lanes[b] || edges[a].to <= edges[b].from || edges[b].to <= edges[a].from);
    }
});

test('the boxes stand below each other, an arrow bears the key that verifies its end', () => {
    const layout = layOut(chain(three, [[1, 2, true], [2, 3, true]]), false);

    assert.equal(layout.nodes.length, 3);
    assert.ok(layout.nodes.every((node, i) => i === 0 || node.y >= layout.nodes[i - 1].y + BOX_HEIGHT));
    assert.deepEqual(layout.edges.map((edge) => edge.key), ['k1', 'k2']);
    assert.ok(layout.nodes[2].y + BOX_HEIGHT <= layout.height);
});

test('what could be verified is drawn when it is asked for', () => {
    const whole = chain([image(1, 1, 1), image(2, 1, 1), image(3, 1, 1)], [[1, 2, true], [1, 3, false], [2, 3, true]]);

    assert.deepEqual(layOut(whole, false).edges.map((edge) => edge.kind), ['offered', 'offered']);
    assert.deepEqual(layOut(whole, true).edges.map((edge) => edge.kind), ['offered', 'possible', 'offered']);
    assert.ok(layOut(whole, true).nodes[0].x > layOut(whole, false).nodes[0].x);
});

test('where devices are stranded the arrow is broken and names the key that is missing', () => {
    const fault = {image: 'B-00.00.02', next: 'B-00.00.03', obstacle: 'key', key: key(9)};
    const broken = [image(1, 1, 1, {fault}), image(2, 1, 1, {fault, stranded: true, obstacle: 'key'}), image(3, 9, 9)];
    const edges = layOut(chain(broken, [[1, 2, true]]), false).edges;

    assert.deepEqual(edges.map((edge) => [edge.kind, edge.from, edge.to, edge.key]),
        [['offered', 'B-00.00.01', 'B-00.00.02', 'k1'], ['broken', 'B-00.00.02', 'B-00.00.03', 'k9']]);
    assert.match(faultSentence(fault), /signed by key k9, which B-00\.00\.02 does not carry/);
    assert.match(faultSentence({...fault, obstacle: 'layout', key: null}), /another flash layout/);
});

test('an arrow that a rollout keeps from devices says which', () => {
    const kept = [image(1, 1, 1, {kept_by: 'spring'}), image(2, 1, 1)];

    assert.deepEqual(layOut(chain(kept, [[1, 2, true]]), false).edges.map((edge) => edge.kept_by), ['spring']);
    assert.deepEqual(layOut(chain(three, [[1, 2, true]]), false).edges.map((edge) => edge.kept_by), [null]);
});

test('an empty board and arrows to what is not there', () => {
    assert.deepEqual(layOut(chain([], []), true).nodes, []);
    assert.deepEqual(layOut(chain([image(1, 1, 1)], [[1, 7, true]]), true).edges, []);
});

test('what is said of an image', () => {
    assert.match(describe(image(1, 1, 2, {devices: 1, next: 'B-00.00.02'})),
        /^B-00\.00\.01: published, signed by key k1, carries key k2, 1 device on it\. A device on it is offered B-00\.00\.02\.$/);
    assert.match(nextSentence(image(1, 1, 1, {next: 'X', kept_by: 'r1'})), /kept from devices that rollout r1/);
    assert.match(nextSentence(image(3, 1, 1)), /newest/);
    assert.match(obstacleOf(image(1, 1, 1, {signer: null})) ?? '', /No known key/);
    assert.match(obstacleOf(image(1, 1, 1, {embeds: []})) ?? '', /successor/);
    assert.equal(obstacleOf(image(1, 1, 1)), null);
});

test('what was uploaded counts only if it is whole and signed', () => {
    const verdict = {name: 'B-00.00.01', size_bytes: 10, sha256: 'ab'.repeat(32), stored_ok: true, signer: key(1), signature_ok: true};
    const kinds = (list) => list.map((finding) => finding.kind);

    assert.deepEqual(kinds(findings(image(1, 1, 1), verdict, null)), ['good', 'good', 'good', 'good']);
    assert.equal(mayPublish(findings(image(1, 1, 1), verdict, 'cd'.repeat(32))), false);
    assert.equal(mayPublish(findings(image(1, 1, 1), {...verdict, stored_ok: false}, null)), false);
    assert.equal(mayPublish(findings(image(1, 1, 1), {...verdict, signer: null, signature_ok: false}, null)), false);
    assert.deepEqual(kinds(findings(image(1, 1, 1, {embeds: [], layout: null}), verdict, null)), ['good', 'good', 'warn', 'warn']);
    assert.match(refuseFile({name: 'x', size: 0}) ?? '', /empty/);
    assert.match(refuseFile({name: 'x', size: 16 * 1024 * 1024 + 1}) ?? '', /16 MiB/);
    assert.equal(refuseFile({name: 'x', size: 16 * 1024 * 1024}), null);
});
