// One image of a chain: what it is, where devices on it go, and what can be done with it.

import {badge} from '../ui/badge.js';
import {h} from '../ui/dom.js';
import {bytesOf, nameOf, timeOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {count, nextSentence, obstacleOf, signature} from './chain_words.js';
import {promoteImage, publishImage, removeImage, turnMustPass, withdrawImage} from './image_actions.js';

/** @typedef {import('./release_types.js').Chain} Chain */
/** @typedef {import('./release_types.js').ChainImage} ChainImage */

const MACS_MAX = 20;

/**
 * @param {import('./release_types.js').Image} image
 * @returns {HTMLElement}
 */
export function stateBadge(image) {
    if (image.state === 'published')
        return badge('good', `published to ${image.channel ?? 'stable'}`);
    return image.state === 'withdrawn' ? badge('bad', 'withdrawn') : badge('off', 'added, not published');
}

/** @param {[string, import('../ui/dom.js').Child][]} rows */
function facts(rows) {
    return h('dl', {class: 'facts'}, rows.map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

/** @param {ChainImage} image */
function strandedPart(image) {
    const macs = image.stranded_macs;

    if (macs.length === 0)
        return null;
    return h('div', {class: 'stranded', role: 'note'},
        h('p', null, badge('bad', `${count(image.devices)} stranded here`)),
        h('ul', {class: 'macs'}, macs.slice(0, MACS_MAX).map((mac) =>
            h('li', null, h('a', {href: `#/devices/${mac}`}, mac)))),
        image.devices > Math.min(macs.length, MACS_MAX)
            ? h('p', null, `and ${(image.devices - Math.min(macs.length, MACS_MAX)).toLocaleString('en')} more`) : null);
}

/**
 * @param {string} key
 * @param {string} text
 * @param {() => Promise<boolean>} action
 * @param {() => void} onDone reads it anew
 * @param {string} [kind]
 */
function actionButton(key, text, action, onDone, kind) {
    /** @type {HTMLButtonElement} */
    const button = h('button', {type: 'button', class: kind, dataset: {focus: key}, on: {
        click: () => attempt(button, async () => {
            try {
                await action();
            } finally {
                onDone(); // also after a refusal: it is not as it was seen
            }
        }),
    }}, text);

    return button;
}

/**
 * @param {ChainImage} image
 * @param {Chain} chain
 * @param {() => void} onDone
 */
function buttons(image, chain, onDone) {
    const isPublished = image.state === 'published';

    return h('div', {class: 'form-buttons'},
        !isPublished ? actionButton('publish', 'Publish…', () => publishImage(image, chain), onDone, 'primary') : null,
        isPublished && image.channel === 'beta'
            ? actionButton('promote', 'Promote to stable…', () => promoteImage(image, chain), onDone, 'primary') : null,
        isPublished ? h('a', {class: 'button', href: `#/rollouts?create=${encodeURIComponent(image.name)}`}, 'Roll out…') : null,
        actionButton('must-pass', image.must_pass ? 'Let devices go past…' : 'Must be passed through…',
            () => turnMustPass(image, chain), onDone),
        isPublished ? actionButton('withdraw', 'Withdraw…', () => withdrawImage(image), onDone, 'danger')
            : actionButton('remove', 'Remove…', () => removeImage(image), onDone, 'danger'));
}

/**
 * @param {ChainImage} image
 * @param {Chain} chain
 * @param {{mayChange: boolean, onDone: () => void}} terms onDone: something was changed
 * @returns {HTMLElement}
 */
export function showImage(image, chain, {mayChange, onDone}) {
    const obstacle = obstacleOf(image);
    const filter = encodeURIComponent(`image=${image.name}`);

    return h('section', {class: 'card image-details', 'aria-label': `Image ${image.name}`},
        h('h2', null, nameOf(image.name)),
        h('p', null, stateBadge(image), ' ', image.must_pass ? badge('warn', 'must be passed through') : null),
        h('p', null, nextSentence(image)),
        obstacle ? h('p', null, badge('warn', obstacle)) : null,
        image.rollout ? h('p', null, 'Rollout ', h('a', {href: `#/rollouts/${encodeURIComponent(image.rollout.name)}`},
            nameOf(image.rollout.name)), `: ${image.rollout.effect}`) : null,
        strandedPart(image),
        facts([
            ['Devices on it', image.devices > 0 ? h('a', {href: `#/fleet?filter=${filter}`}, count(image.devices)) : 'none'],
            ['Downloaded by', count(image.staged)],
            ['Keys', signature(image)],
            ['Flash layout', image.layout ?? 'not known'],
            ['Size', bytesOf(image.size_bytes)],
            ['SHA-256', h('code', {class: 'hash'}, image.sha256)],
            ['Added', timeOf(image.added_at_ms)],
            ['Published', timeOf(image.published_at_ms)],
        ]),
        mayChange ? buttons(image, chain, onDone) : null);
}
