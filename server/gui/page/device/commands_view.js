// The device's commands: what can be ordered, its queue with the progress of each, and what was.

import {ApiError, post} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf, visible} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {createCard, tableOf} from './card.js';
import {COMMANDS, commandSentence, detailOf, isUnderWay, kindOf, stepsOf} from './command_progress.js';

/** @typedef {import('./marks_view.js').Terms} Terms */

/**
 * @param {Terms} terms
 * @param {typeof COMMANDS[0]} command
 * @param {string} name
 */
async function order(terms, command, name) {
    const device = terms.device();

    if (!await confirmAction({title: command.text, action: command.text,
        sentence: commandSentence(command, device, visible(name, 60))}))
        return;
    try {
        await post('/commands', {body: {mac: terms.mac, command: command.name}, key: true});
    } catch (error) {
        const canForce = error instanceof ApiError && error.status === 409 && command.name === 'flash';

        if (!canForce || !await confirmAction({title: 'Refused', danger: true,
            action: 'Install it all the same', sentence: `1 device: ${visible(error.message, 500)}`}))
            throw error;
        await post('/commands', {body: {mac: terms.mac, command: command.name, force: true}, key: true});
    }
    notify(`${command.text}: the command is ${device.online ? 'on its way' : 'in the queue'}.`);
    await terms.onChange();
}

/**
 * @param {Terms} terms
 * @param {{ids?: number[], macs?: string[]}} which
 * @param {string} sentence
 */
async function cancel(terms, which, sentence) {
    if (!await confirmAction({title: 'Cancel', action: 'Cancel the command', sentence}))
        return;
    await post('/commands/cancel', {body: which});
    notify('Cancelled.');
    await terms.onChange();
}

/** @param {any} command */
function progressOf(command) {
    return h('ol', {class: 'steps', 'aria-label': 'Progress'}, stepsOf(command).map((step) =>
        h('li', {class: `step step-${step.state}`,
            'aria-current': step.state === 'now' ? 'step' : null}, step.name)));
}

/** @param {any} command */
function whenOf(command) {
    const ms = command.ended_at_ms ?? command.accepted_at_ms ?? command.sent_at_ms ??
        command.created_at_ms;

    return ageOf(ms);
}

/**
 * @param {Terms} terms
 * @param {any} command
 */
function queueRow(terms, command) {
    const button = h('button', {type: 'button'}, 'Cancel …');
    const sentence = command.sent_at_ms === null
        ? 'The command has not been sent to the 1 device; it never will be.'
        : 'The command was sent to the 1 device, which may still carry it out.';

    button.addEventListener('click', () => attempt(button,
        () => cancel(terms, {ids: [command.id]}, sentence)));
    return [String(command.id), command.command, progressOf(command), whenOf(command),
        nameOf(detailOf(command), 200), terms.canChange ? button : null];
}

/** @param {any} command */
function endedRow(command) {
    return [String(command.id), command.command, badge(kindOf(command.state), command.state),
        whenOf(command), nameOf(detailOf(command), 300)];
}

/**
 * @param {Terms} terms
 * @param {() => string} nameOfDevice
 */
export function createCommands(terms, nameOfDevice) {
    const buttons = terms.canChange ? COMMANDS.map((command) => {
        const button = h('button', {type: 'button', title: `It ${command.effect}.`},
            `${command.text} …`);

        button.addEventListener('click', () => attempt(button,
            () => order(terms, command, nameOfDevice())));
        return button;
    }) : [];
    const queue = createCard('Queue', {actions: buttons, class: 'wide'});
    const ended = createCard('Commands that ended', {class: 'wide'});

    return {
        elements: [queue.element, ended.element],
        /** @param {any} device */
        show: (device) => {
            const waiting = device.commands.filter(isUnderWay).reverse();
            const over = device.commands.filter((/** @type {any} */ one) => !isUnderWay(one));

            queue.show(waiting, () => tableOf(['No.', 'Command', 'Progress', 'Since', 'Detail', ''],
                waiting.map((/** @type {any} */ one) => queueRow(terms, one)), 'Nothing waits.'));
            ended.show(over, () => tableOf(['No.', 'Command', 'Outcome', 'Ended', 'Detail'],
                over.map(endedRow), 'None yet.'));
        },
    };
}
