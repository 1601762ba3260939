// What an operator does with an image: each with a sentence of what will happen, and why not.

import {askForm, confirmAction} from '../ui/dialog.js';
import {notify} from '../ui/notice.js';
import {count} from './chain_words.js';
import {changeOrAsk, readState} from './change.js';

/** @typedef {import('./release_types.js').Image} Image */
/** @typedef {import('./release_types.js').Chain} Chain */
/** @typedef {{[name: string]: string | number}} Query */

/** @param {string} name */
const pathOf = (name) => `/images/${encodeURIComponent(name)}`;

/**
 * How many devices follow a channel of the board.
 * @param {Chain} chain
 * @param {string} channel
 */
function followers(chain, channel) {
    return chain.channels.find((one) => one.channel === channel)?.devices ?? 0;
}

/**
 * @param {Image} image
 * @param {{title: string, sentence: string, action: string, danger?: boolean}} question
 * @param {{verb: string, query?: Query, done: string}} change
 */
async function confirmAndChange(image, question, {verb, query, done}) {
    const {state} = await readState(pathOf(image.name));

    if (!await confirmAction(question))
        return false;
    const isDone = await changeOrAsk({path: `${pathOf(image.name)}/${verb}`, query, ifMatch: state, action: question.action});

    if (isDone)
        notify(done);
    return isDone;
}

/**
 * @param {Image} image
 * @param {Chain} chain
 */
export async function publishImage(image, chain) {
    const {state} = await readState(pathOf(image.name));
    const values = await askForm({
        title: `Publish ${image.name}`,
        sentence: `${count(followers(chain, 'stable'))} on known images of ${chain.board} follow channel stable, ` +
            `${followers(chain, 'beta').toLocaleString('en')} follow beta. What is published is offered to those whose ` +
            'image verifies it. They fetch it when a command or a rollout tells them to.' +
            (image.rollout ? ` ${image.rollout.effect}` : ''),
        fields: [{
            name: 'channel', label: 'Channel', type: 'select', required: true, value: image.channel ?? 'stable',
            options: [{value: 'stable', label: 'stable: all devices'}, {value: 'beta', label: 'beta: only devices that follow beta'}],
        }],
        action: 'Publish',
    });

    if (values === null)
        return false;
    const isDone = await changeOrAsk({
        path: `${pathOf(image.name)}/publish`, query: {channel: values.channel}, ifMatch: state, action: 'Publish',
    });

    if (isDone)
        notify(`${image.name} is published to ${values.channel}.`);
    return isDone;
}

/** @param {Image} image */
export function withdrawImage(image) {
    return confirmAndChange(image, {
        title: `Withdraw ${image.name}`,
        sentence: `It is offered to no device any more. ${count(image.devices)} that run it keep it; ` +
            `${image.staged.toLocaleString('en')} have it downloaded and not installed. It can be published again.` +
            (image.rollout ? ` ${image.rollout.effect}` : ''),
        action: 'Withdraw', danger: true,
    }, {verb: 'withdraw', done: `${image.name} is withdrawn.`});
}

/**
 * @param {Image} image
 * @param {Chain} chain
 */
export function promoteImage(image, chain) {
    return confirmAndChange(image, {
        title: `Promote ${image.name}`,
        sentence: `It is offered to channel stable, too: ${count(followers(chain, 'stable'))} follow it.`, action: 'Promote',
    }, {verb: 'promote', done: `${image.name} is published to stable.`});
}

/**
 * @param {Image} image
 * @param {Chain} chain
 */
export function turnMustPass(image, chain) {
    const on = !image.must_pass;
    const place = chain.images.findIndex((one) => one.name === image.name);
    const below = chain.images.slice(0, place).reduce((sum, one) => sum + one.devices, 0);

    return confirmAndChange(image, {
        title: on ? `Make ${image.name} a must` : `Let devices go past ${image.name}`,
        sentence: on ? `While it is published, no device goes past it without installing it. ${count(below)} of channel ${chain.channel} run an earlier image.`
            : `Devices may go past it again, as far as their keys allow. ${count(below)} of channel ${chain.channel} run an earlier image.`,
        action: on ? 'Make it a must' : 'Let them go past',
    }, {verb: 'must-pass', query: {on: on ? 1 : 0},
        done: on ? `Every device passes through ${image.name}.` : `Devices may go past ${image.name}.`});
}

/** @param {Image} image */
export function removeImage(image) {
    return confirmAndChange(image, {
        title: `Remove ${image.name}`,
        sentence: `Its file and its record are removed for good; to have it again, upload it again. ${count(image.devices)} run it.`,
        action: 'Remove', danger: true,
    }, {verb: 'remove', done: `${image.name} is removed.`});
}

/**
 * @param {string} board
 * @param {Chain} chain
 */
export async function changePolicy(board, chain) {
    const path = `/boards/${encodeURIComponent(board)}`;
    const {state} = await readState(path);
    const policy = chain.policy === 'step' ? 'leap' : 'step';
    const n = chain.images.reduce((sum, image) => sum + image.devices, 0);
    const isMeant = await confirmAction({
        title: `Policy ${policy} for ${board}`,
        sentence: (policy === 'leap'
            ? 'A device is then offered the furthest image that its own verifies, but none behind one that must be passed through.'
            : 'A device is then offered the image that follows its own, one after the other.') +
            ` ${count(n)} of channel ${chain.channel} are on these images.`,
        action: `Set ${policy}`,
    });

    if (!isMeant)
        return false;
    const isDone = await changeOrAsk({path, query: {policy}, ifMatch: state, action: `Set ${policy}`});

    if (isDone)
        notify(`${board} has policy ${policy}.`);
    return isDone;
}
