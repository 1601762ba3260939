// What can be done to many devices, and what is asked for each.

import {COMMANDS} from '../device/command_progress.js';
import {wordsOf} from './bulk_plan.js';

const FORCE_HINT = 'A change that would strand a device is refused at first.';

/**
 * @typedef {object} Action
 * @property {string} key
 * @property {string} title
 * @property {string} [command] it is one
 * @property {string} effect what it means to each device
 * @property {import('../ui/form.js').Field[]} fields
 * @property {(values: any) => string|null} [check]
 * @property {(values: any) => import('./bulk_run.js').Mark} [mark]
 */

const TAG = /^[A-Za-z0-9._-]{1,32}$/;

/**
 * @param {any} values
 * @returns {string|null}
 */
export function checkTags(values) {
    const tags = [...wordsOf(values.add ?? ''), ...wordsOf(values.remove ?? '')];
    const bad = tags.find((tag) => !TAG.test(tag));

    if (tags.length === 0)
        return 'Give a tag to add or to remove.';
    return bad === undefined ? null
        : `"${bad}" is no tag: 1 to 32 letters, digits, ".", "_" and "-".`;
}

/** @type {Action[]} */
const MARKS = [
    {key: 'tags', title: 'Change tags', effect: `Groups go by tags. ${FORCE_HINT}`,
        fields: [{name: 'add', label: 'Add', hint: 'with spaces or commas between them'},
            {name: 'remove', label: 'Remove'}],
        check: checkTags,
        mark: (values) => ({verb: 'tags',
            body: {add: wordsOf(values.add), remove: wordsOf(values.remove)}})},
    {key: 'hold', title: 'Hold', fields: [{name: 'reason', label: 'Reason', maxlength: 256}],
        effect: 'Nothing is changed on a device that is held: no command, no image.',
        mark: (values) => ({verb: 'hold', query: {on: '1', reason: values.reason || null}})},
    {key: 'unhold', title: 'End the hold', fields: [],
        effect: 'Commands and images go to them again.',
        mark: () => ({verb: 'hold', query: {on: '0'}})},
    {key: 'pin', title: 'Pin to an image',
        fields: [{name: 'image', label: 'Image', required: true,
            hint: 'as BOARD-1.2; no later one is offered to them'}],
        effect: 'No later image than this is offered to them.',
        mark: (values) => ({verb: 'pin', query: {image: values.image.trim()}})},
    {key: 'unpin', title: 'End the pin', fields: [], effect: 'Later images are offered again.',
        mark: () => ({verb: 'pin', query: {image: ''}})},
    {key: 'canary', title: 'Make canaries', fields: [],
        effect: 'A rollout may begin with its canaries.',
        mark: () => ({verb: 'canary', query: {on: '1'}})},
    {key: 'uncanary', title: 'Make no canaries', fields: [],
        effect: 'They are treated as all others in a rollout.',
        mark: () => ({verb: 'canary', query: {on: '0'}})},
    {key: 'channel', title: 'Follow a channel',
        fields: [{name: 'channel', label: 'Channel', type: 'select', required: true,
            value: 'stable', options: [
            {value: 'stable', label: 'stable'}, {value: 'beta', label: 'beta'},
            {value: 'none', label: 'none of its own: as its group says'}]}],
        effect: `They are offered the images of that channel. ${FORCE_HINT}`,
        mark: (values) => ({verb: 'channel', query: {channel: values.channel}})},
];

/** @type {Action[]} */
export const actions = [
    ...COMMANDS.map((command) => ({key: `command-${command.name}`, title: command.text,
        command: command.name, fields: [], effect: `Each of them ${command.effect}.`})),
    ...MARKS,
];
