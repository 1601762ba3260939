// What is said of a device, its commands, its configuration, and of shutting it out.
import assert from 'node:assert/strict';
import test from 'node:test';

import {commandSentence, detailOf, isUnderWay, kindOf, stepsOf}
    from '../../../server/gui/page/device/command_progress.js';
import {basisText, compare, originOf, valueOf, verdictOf}
    from '../../../server/gui/page/device/config_compare.js';
import {factsOf, offerText, reasonText, stateOf, troublesOf}
    from '../../../server/gui/page/device/facts.js';
import {effectText, forgetSentence, readmitSentence, revokeSentence}
    from '../../../server/gui/page/device/shut_out.js';

/** @param {object} more */
function device(more = {}) {
    return {mac: '84f3eb000001', online: true, reason: 'status', revoked_at_ms: null,
        last_seen_ms: 5, error: null, shared_identity_at_ms: null, hold: null, ahead: false,
        broker_limit: null, faults: [], left_out: [], commands: [], certificates: [],
        revocation: null, spelling: null, replaces: null, replaced_by: null, config_of: null,
        staged: null, offer: {image: 'B-2', next: null, reason: null, rollout: null}, ...more};
}

test('the state of a device', () => {
    assert.equal(stateOf(device()).text, 'online');
    assert.equal(stateOf(device({online: false})).kind, 'bad');
    assert.equal(stateOf(device({online: false, revoked_at_ms: 1})).text, 'revoked');
    assert.equal(reasonText(device()), 'it reports');
    assert.equal(reasonText(device({last_seen_ms: null})), 'it has never reported');
    assert.equal(reasonText(device({reason: 'new-word'})), 'new-word');
});

test('what it would be offered, or why nothing', () => {
    const offer = {image: null, next: 'B-3', reason: null, rollout: null};

    assert.equal(offerText({...offer, image: 'B-3'}), 'B-3');
    assert.equal(offerText({...offer, rollout: 'r'}), 'nothing: B-3 is kept by rollout r');
    assert.match(offerText({...offer, reason: 'key'}), /cannot verify B-3/);
    assert.match(offerText({...offer, reason: 'newest', next: null}), /nothing newer/);
    assert.equal(offerText({...offer, reason: 'unheard-of'}), 'nothing');
});

test('facts that say nothing are left out, what is not known is null', () => {
    const labels = factsOf(device()).map((fact) => fact.label);

    assert.ok(!labels.includes('Takes the place of'));
    assert.ok(factsOf(device({replaces: 'x'})).some((fact) => fact.value === 'x'));
    assert.equal(factsOf(device()).find((fact) => fact.label === 'Build')?.value, null);
});

test('all that is amiss is told', () => {
    assert.deepEqual(troublesOf(device()), []);
    const found = troublesOf(device({error: 'no sensor', shared_identity_at_ms: 3, ahead: true,
        hold: {at_ms: 1, by: 'user a', reason: null},
        broker_limit: {messages: 4, at_ms: 2, reason: null},
        faults: [{topic: 'status', count: 2, reason: 'not JSON', position: 7, more: 1, at_ms: 9,
            excerpt: '\\x00'}],
        left_out: [{reason: 'events', count: 3, at_ms: 8}]}));

    assert.deepEqual(found.map((one) => one.kind),
        ['bad', 'bad', 'off', 'off', 'warn', 'warn', 'warn']);
    assert.match(found[5].text, /2 of its status payloads.*not JSON at byte 7 \(and 1 more\)/);
    assert.equal(found[5].excerpt, '\\x00');
});

/** @param {object} more */
function command(more = {}) {
    return {state: 'queued', sent_at_ms: null, accepted_at_ms: null, result: null, image: null,
        step: null, code: null, detail: null, inferred: false, ...more};
}

test('how far a command has come', () => {
    /** @param {any} one */
    const way = (one) => stepsOf(one).map((step) => `${step.name}:${step.state}`).join(' ');

    assert.equal(way(command()), 'queued:now sent:ahead accepted:ahead done:ahead');
    assert.equal(way(command({state: 'waiting'})),
        'waits for its wave:now sent:ahead accepted:ahead done:ahead');
    assert.equal(way(command({state: 'accepted', sent_at_ms: 1, accepted_at_ms: 2})),
        'queued:behind sent:behind accepted:now done:ahead');
    assert.equal(way(command({state: 'failed', sent_at_ms: 1})),
        'queued:behind sent:behind failed:now');
    assert.equal(way(command({state: 'cancelled'})), 'queued:behind cancelled:now');
    assert.ok(isUnderWay(command({state: 'accepted'})));
    assert.ok(!['done', 'failed', 'expired', 'cancelled'].some((state) => isUnderWay({state})));
    assert.equal(kindOf('failed'), 'bad');
    assert.equal(kindOf('sent'), 'busy');
    assert.equal(detailOf(command({result: 'no-space', step: 'write', code: 28, detail: 'x',
        inferred: true, image: 'B-2'})), 'B-2 no-space at write (28) x (inferred)');
    assert.equal(detailOf(command({result: 'ok', code: 0})), '(0)');
    assert.equal(commandSentence({name: 'reboot', effect: 'restarts'}, {online: false}, 'desk'),
        '1 device, desk: it restarts. It gets the command when it is back: it is offline.');
});

test('wanted and reported configuration side by side', () => {
    const effective = {values: {port: 1, name: 'a', on: true}, from: {port: 'file', name: 'fleet'}};
    const same = {hash: 'x', wanted: 'x', fetched: null, drifted: false};
    const other = {hash: 'y', wanted: 'x', fetched: null, drifted: true};

    assert.deepEqual(compare(effective, same, null).map((line) => [line.reported, line.state]),
        [['1', 'same'], ['a', 'same'], ['true', 'same']]);
    assert.deepEqual(compare(effective, other, {port: 2, name: 'a'}).map(
        (line) => [line.reported, line.state]), [['2', 'other'], ['a', 'same'], ['', 'untold']]);
    assert.equal(compare(effective, same, null)[0].from, 'configuration file');
    assert.equal(originOf({scope: 'group', name: 'g'}), 'group g');
    assert.equal(originOf(undefined), '');
    assert.equal(verdictOf(same).text, 'as wanted');
    assert.equal(verdictOf(other).text, 'drifted');
    assert.equal(verdictOf({...other, fetched: 'x'}).text, 'after the next restart');
    assert.equal(verdictOf({...other, drifted: null}).text, 'not known');
    assert.equal(basisText(null), 'not known');
    assert.equal(basisText('reported'), 'reported by the device');
});

test('what is typed as a value', () => {
    assert.deepEqual(['12', ' -3.5 ', 'true', 'false', '"7"', 'plain text', '1.2.3.4', '"', '', 'null']
        .map(valueOf), [12, -3.5, true, false, '7', 'plain text', '1.2.3.4', '"', '', 'null']);
    assert.equal(valueOf('"\\q"'), '"\\q"');
    assert.equal(valueOf('007'), '007');
});

test('nothing destructive without a sentence that says what it does, to how many', () => {
    const busy = device({commands: [{state: 'sent'}, {state: 'queued'}, {state: 'done'}],
        certificates: [{revoked_at_ms: null}, {revoked_at_ms: 1}]});
    const sentence = revokeSentence(busy, 'desk', 'keyCompromise');

    assert.match(sentence, /^This shuts out 1 device: desk \(84f3eb000001\)\./);
    assert.match(sentence, /its connections end at once/);
    assert.match(sentence, /The 2 commands that wait for it end/);
    assert.match(sentence, /a new certificate put on the board/);
    assert.match(revokeSentence(device({online: false}), 'd', 'certificateHold'),
        /let in again with the certificate that it has/);
    assert.doesNotMatch(revokeSentence(device({online: false}), 'd', 'x'), /online/);
    assert.match(readmitSentence(device({revocation: {reason: 'certificateHold'}}), 'd'),
        /with the certificate that it has/);
    assert.match(readmitSentence(device({revocation: {reason: 'superseded'}}), 'd'), /issue a new one/);
    assert.match(forgetSentence(device(), 'd'), /1 device, d .*cannot be taken back.*will report again/);
    assert.match(forgetSentence(device({online: false, revoked_at_ms: 1}), 'd'), /stays revoked/);
});

test('how far a revocation reaches', () => {
    const answer = {mac: 'm', changed: true, download_server: {ended: 1},
        broker: {applied: true, ended: 1, reason: null}};

    assert.equal(effectText(answer), 'm is shut out; 2 of its connections ended.');
    assert.equal(effectText({...answer, changed: false, download_server: {ended: 0},
        broker: {applied: false, ended: null, reason: 'it is away'}}),
    'm was shut out already; the broker does not go by it yet: it is away.');
});
