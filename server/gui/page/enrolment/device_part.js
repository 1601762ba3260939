// One device on the way to its certificate: all that is known, and what may be done.
import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {ageOf, timeOf} from '../ui/format.js';
import {button, factsOf, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';
import {approve, forget, reject} from './decide.js';
import {isAmiss, noteOf, stateOf} from './enrolment.js';

/** @typedef {import('./enrolment.js').Enrolment} Enrolment */

/** @param {number|null} ms */
const when = (ms) => (ms === null ? '–' : timeOf(ms));

/**
 * The buttons of what may be done with it.
 * @param {Enrolment} it
 * @param {() => void} onChange
 */
export function decisionsOf(it, onChange) {
    /** @type {(text: string, act: (it: Enrolment) => Promise<boolean>, kind?: string) => HTMLButtonElement} */
    const of = (text, act, kind) =>
        button(
            text,
            (made) =>
                attempt(made, async () => {
                    if (await act(it))
                        onChange();
                }),
            { label: `${text} ${it.mac}`, ...(kind !== undefined ? {class: kind} : {}) },
        );

    return [
        it.state === 'approved' || it.state === 'enrolled' ? null : of('Approve', approve, 'primary'),
        it.state === 'rejected' || it.state === 'enrolled' ? null : of('Reject', reject, 'danger'),
    ];
}

/**
 * @param {Enrolment} it
 * @param {{mayDecide: boolean, onChange: () => void, onClose: () => void}} terms
 */
export function devicePart(it, {mayDecide, onChange, onClose}) {
    const note = noteOf(it);
    const remove = () =>
        button(
            'Forget',
            (made) =>
                attempt(made, async () => {
                    if (await forget(it)) {
                        onClose();
                        onChange();
                    }
                }),
            {label: `Forget ${it.mac}`, class: 'danger'},
        );

    return section(
        `Device ${it.mac}`,
        factsOf([
            ['State', badge(...badgeOf(it))],
            ['Key (SHA-256)', it.key_sha256 === null ? 'any' : h('code', {}, it.key_sha256)],
            ['Asked', it.last_asked_ms === null ? 'never' : ageOf(it.last_asked_ms), ` · ${it.tries} times`],
            ['First asked', when(it.first_asked_ms)],
            ['From', it.address ?? '–'],
            ['With claim certificate', it.claim ?? '–'],
            ['Decided by', it.decided_by ?? '–', ' · ', when(it.decided_at_ms)],
            ['Its certificate', it.serial ?? 'none'],
            ['Amiss', note !== '' && isAmiss(it) ? badge('bad', note) : 'nothing'],
        ]),
        h(
            'p',
            {class: 'buttons'},
            ...(mayDecide ? [...decisionsOf(it, onChange), remove()] : []),
            h('a', {href: `#/devices/${it.mac}`}, 'Its page'),
            button('Close', onClose),
        ),
    );
}

/**
 * @param {Enrolment} it
 * @returns {['good'|'bad'|'warn'|'busy'|'off', string]}
 */
export function badgeOf(it) {
    return /** @type {['good'|'bad'|'warn'|'busy'|'off', string]} */ (stateOf(it.state));
}
