// The certificates that are known of the device, the one that ends last first.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf, timeOf} from '../ui/format.js';
import {createCard, tableOf} from './card.js';

const SOON_MS = 30 * 24 * 3600 * 1000;

/**
 * @param {any} certificate
 * @param {number} nowMs
 * @returns {{kind: 'good'|'bad'|'warn'|'off', text: string}}
 */
export function verdictOf(certificate, nowMs) {
    if (certificate.revoked_at_ms !== null)
        return {kind: 'off', text: certificate.state === 'on-hold' ? 'on hold' : 'revoked'};
    if (certificate.not_after_ms !== null && certificate.not_after_ms <= nowMs)
        return {kind: 'bad', text: 'ended'};
    if (certificate.not_before_ms !== null && certificate.not_before_ms > nowMs)
        return {kind: 'warn', text: 'not yet valid'};
    if (certificate.not_after_ms !== null && certificate.not_after_ms - nowMs < SOON_MS)
        return {kind: 'warn', text: 'ends soon'};
    return {kind: 'good', text: 'good'};
}

/** @param {any} certificate */
function rowOf(certificate) {
    const verdict = verdictOf(certificate, Date.now());

    return [badge(verdict.kind, verdict.text),
        [ageOf(certificate.not_after_ms), h('br'), timeOf(certificate.not_after_ms)],
        timeOf(certificate.not_before_ms), certificate.origin,
        h('code', {title: `SHA-256 ${certificate.fingerprint ?? 'not known'}`},
            nameOf(certificate.serial, 48)),
        certificate.revoked_at_ms === null ? '' : [ageOf(certificate.revoked_at_ms), ' ',
            nameOf(certificate.reason ?? '')]];
}

/** @param {any} key */
function keyLine(key) {
    if (key === null)
        return null;
    return h('p', null, 'Private key: ', key.fetched_at_ms === null
        ? ['it may be fetched once, since ', ageOf(key.allowed_at_ms), ', allowed by ',
            nameOf(key.allowed_by)]
        : ['fetched ', ageOf(key.fetched_at_ms), ' from ', nameOf(key.fetched_from)]);
}

export function createCertificates() {
    const card = createCard('Certificates', {class: 'wide'});

    return {
        element: card.element,
        /** @param {any} device */
        show: (device) => {
            const rows = [...device.certificates].sort((a, b) =>
                (b.not_after_ms ?? 0) - (a.not_after_ms ?? 0));

            card.show([rows, device.key], () => [keyLine(device.key), tableOf(
                ['State', 'Ends', 'Begins', 'Known by', 'Serial', 'Revoked'], rows.map(rowOf),
                'None is known.')]);
        },
    };
}
