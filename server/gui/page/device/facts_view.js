// All that is known of the device, and what is amiss with it.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, bytesOf, durationOf, nameOf, timeOf, visible} from '../ui/format.js';
import {createCard} from './card.js';
import {factsOf, reasonText, stateOf, troublesOf} from './facts.js';

const WORDS = {bad: 'wrong', warn: 'look', off: 'note'};

/**
 * @param {import('./facts.js').Fact} fact
 * @returns {import('../ui/dom.js').Child}
 */
function valueOf({shape, value}) {
    if (value === null)
        return h('span', {class: 'none'}, '–');
    switch (shape) {
    case 'bytes': return bytesOf(value);
    case 'time': return [ageOf(value), ' (', timeOf(value), ')'];
    case 'duration': return durationOf(value);
    case 'dBm': return `${value} dBm`;
    case 'number': return Number(value).toLocaleString('en');
    case 'mac': return h('a', {href: `#/devices/${value}`}, h('code', null, value));
    default: return nameOf(value);
    }
}

/** @param {any} device */
function revocationRows(device) {
    const revocation = device.revocation;

    if (revocation === null)
        return [];
    return [h('dt', null, 'Revoked'), h('dd', null, timeOf(revocation.revoked_at_ms),
        ` (${revocation.reason ?? 'no reason known'})`, revocation.readmitted_at_ms === null ? null
            : ['; readmitted ', ageOf(revocation.readmitted_at_ms)],
        revocation.before_ms === null ? null
            : ['; certificates from before ', timeOf(revocation.before_ms), ' stay shut out'])];
}

/** @param {import('./facts.js').Trouble} trouble */
function troubleRow(trouble) {
    return h('li', {class: `concern concern-${trouble.kind}`},
        badge(trouble.kind, WORDS[trouble.kind]), ' ',
        h('bdi', {dir: 'auto'}, visible(trouble.text, 400)),
        trouble.atMs === null ? null : [' ', ageOf(trouble.atMs)],
        trouble.excerpt ? h('code', {class: 'device-excerpt'}, visible(trouble.excerpt, 400)) : null);
}

export function createFacts() {
    const card = createCard('What is known');
    const troubles = h('ul', {class: 'concerns', 'aria-label': 'What is amiss'});
    const received = h('pre', {tabindex: 0, 'aria-label': 'Last status as received'});
    const raw = h('details', null, h('summary', null, 'Last status as received'), received);
    let shownTroubles = '';

    card.element.append(raw);
    return {
        element: card.element, troubles,
        /** @param {any} device */
        show: (device) => {
            const facts = factsOf(device);
            const found = troublesOf(device);
            const state = stateOf(device);
            const text = JSON.stringify(device.status, null, 2);

            card.show([facts, state, device.reason, device.revocation], () => h('dl', null,
                h('dt', null, 'State'), h('dd', null, badge(state.kind, state.text), ' ',
                    reasonText(device)),
                h('dt', null, 'MAC'), h('dd', null, h('code', null, device.mac)),
                revocationRows(device),
                facts.map((fact) => [h('dt', null, fact.label), h('dd', null, valueOf(fact))])));
            received.textContent = device.status === null ? 'none'
                : text.split('\n').map((line) => visible(line, 2000)).join('\n');
            if (JSON.stringify(found) !== shownTroubles) {
                shownTroubles = JSON.stringify(found);
                troubles.replaceChildren(...found.map(troubleRow));
            }
        },
    };
}
