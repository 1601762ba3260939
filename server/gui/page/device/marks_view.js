// What operators have said of the device: label, tags, hold, pin, canary, channel; and changes of it.

import {ApiError, post} from '../api/client.js';
import {checkTags} from '../fleet/bulk_actions.js';
import {wordsOf} from '../fleet/bulk_plan.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {ageOf, nameOf, visible} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {createCard} from './card.js';

/**
 * @typedef {object} Terms
 * @property {string} mac
 * @property {boolean} canChange
 * @property {() => any} device as it was read last
 * @property {() => string|null} tag of that, for If-Match
 * @property {() => Promise<void>} onChange reads it anew
 */

/**
 * Posts a change; one that is refused as it would strand the device can be forced, after a look at
 * what the daemon says.
 * @param {Terms} terms
 * @param {string} verb
 * @param {{query?: any, body?: any, ifMatch?: string|null}} what
 * @param {string} done
 */
async function change(terms, verb, what, done) {
    const path = `/devices/${terms.mac}/${verb}`;

    try {
        await post(path, what);
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409)
            throw error;
        if (!await confirmAction({title: 'Refused', danger: true, action: 'Do it all the same',
            sentence: `1 device: ${visible(error.message, 500)}`}))
            return;
        await post(path, {...what, query: {...what.query, force: '1'}});
    }
    notify(done);
    await terms.onChange();
}

/** @param {Terms} terms */
async function askLabel(terms) {
    const label = terms.device().label ?? {};
    const ifMatch = terms.tag();
    const values = await askForm({title: 'Label', action: 'Save',
        sentence: 'What people call it. Nothing of that goes to the device.',
        fields: [{name: 'name', label: 'Name', value: label.name, maxlength: 64},
            {name: 'place', label: 'Place', value: label.place, maxlength: 64},
            {name: 'note', label: 'Note', value: label.note, maxlength: 1024}]});

    if (values !== null)
        await change(terms, 'label', {body: values, ifMatch}, 'The label is saved.');
}

/** @param {Terms} terms */
async function askTags(terms) {
    const {tags} = terms.device();
    const values = await askForm({title: 'Tags', action: 'Save', check: checkTags,
        sentence: tags.length > 0 ? `It has ${tags.join(', ')}.` : 'It has none.',
        fields: [{name: 'add', label: 'Add', hint: 'with spaces or commas between them'},
            {name: 'remove', label: 'Remove'}]});

    if (values !== null)
        await change(terms, 'tags', {body: {add: wordsOf(values.add), remove: wordsOf(values.remove)}},
            'The tags are saved.');
}

/** @param {Terms} terms */
async function askHold(terms) {
    if (terms.device().hold) {
        if (await confirmAction({title: 'End the hold', action: 'End the hold',
            sentence: 'Commands and images go to this 1 device again.'}))
            await change(terms, 'hold', {query: {on: '0'}}, 'It is not held any more.');
        return;
    }
    const values = await askForm({title: 'Hold', action: 'Hold',
        sentence: 'Nothing is changed on this 1 device while it is held: no command, no image.',
        fields: [{name: 'reason', label: 'Reason', maxlength: 256}]});

    if (values !== null)
        await change(terms, 'hold', {query: {on: '1', reason: values.reason || null}}, 'It is held.');
}

/** @param {Terms} terms */
async function askPin(terms) {
    const {pin, image} = terms.device();
    const values = await askForm({title: 'Pin', action: 'Save',
        sentence: 'No later image than this is offered to the device. Empty: there is no pin.',
        fields: [{name: 'image', label: 'Image', value: pin ?? image, hint: 'as BOARD-1.2'}]});

    if (values !== null)
        await change(terms, 'pin', {query: {image: values.image.trim()}},
            values.image.trim() === '' ? 'There is no pin any more.' : 'It is pinned.');
}

/** @param {Terms} terms */
async function askCanary(terms) {
    const isOne = terms.device().canary;

    if (await confirmAction({title: 'Canary', action: isOne ? 'Make it none' : 'Make it a canary',
        sentence: isOne ? 'This 1 device is treated as all others in a rollout.'
            : 'A rollout may begin with this 1 device, as one of its canaries.'}))
        await change(terms, 'canary', {query: {on: isOne ? '0' : '1'}},
            isOne ? 'It is no canary any more.' : 'It is a canary.');
}

/** @param {Terms} terms */
async function askChannel(terms) {
    const device = terms.device();
    const own = device.channel_from === 'device' ? device.channel : 'none';
    const values = await askForm({title: 'Channel', action: 'Save',
        sentence: 'Images of which channel this 1 device is offered.',
        fields: [{name: 'channel', label: 'Channel', type: 'select', required: true,
            value: own, options: [
            {value: 'none', label: 'none of its own: as its group says, or stable'},
            {value: 'stable', label: 'stable'}, {value: 'beta', label: 'beta'}]}]});

    if (values !== null)
        await change(terms, 'channel', {query: {channel: values.channel}}, 'The channel is saved.');
}

/** @param {any} device */
function listOf(device) {
    const {label, hold} = device;
    const none = h('span', {class: 'none'}, '–');

    return h('dl', null,
        h('dt', null, 'Name'), h('dd', null, label?.name ? nameOf(label.name) : none),
        h('dt', null, 'Place'), h('dd', null, label?.place ? nameOf(label.place) : '–'),
        h('dt', null, 'Note'), h('dd', null, label?.note ? nameOf(label.note, 1024) : '–'),
        h('dt', null, 'Tags'), h('dd', null, device.tags.length > 0 ? h('ul', {class: 'tags'},
            device.tags.map((/** @type {string} */ tag) => h('li', null, h('a', {
                href: `#/fleet?${new URLSearchParams({filter: `tag=${tag}`})}`}, nameOf(tag))))) : '–'),
        h('dt', null, 'Held'), h('dd', null, hold ? [ageOf(hold.at_ms), ' by ', nameOf(hold.by), ': ',
            nameOf(hold.reason ?? 'no reason given', 300)] : 'no'),
        h('dt', null, 'Not beyond'), h('dd', null, device.pin ? nameOf(device.pin) : '–'),
        h('dt', null, 'Canary'), h('dd', null, device.canary ? 'yes' : 'no'),
        h('dt', null, 'Channel'), h('dd', null, device.channel,
            device.channel_from === 'group' ? [', as of group ', nameOf(device.channel_group)]
                : device.channel_from === 'device' ? ', as said of itself' : null));
}

/** @param {Terms} terms */
export function createMarks(terms) {
    /** @type {[string, (terms: Terms) => Promise<void>][]} */
    const work = [['Label …', askLabel], ['Tags …', askTags], ['Hold …', askHold],
        ['Pin …', askPin],
        ['Canary …', askCanary], ['Channel …', askChannel]];
    const actions = terms.canChange ? work.map(([text, ask]) => {
        const button = h('button', {type: 'button'}, text);

        button.addEventListener('click', () => attempt(button, () => ask(terms)));
        return button;
    }) : [];
    const card = createCard('What is said of it', {actions});

    return {
        element: card.element,
        /** @param {any} device */
        show: (device) => {
            const {label, tags, hold, pin, canary, channel, channel_from, channel_group} = device;

            if (actions.length > 0)
                actions[2].textContent = hold ? 'End the hold …' : 'Hold …';
            card.show([label, tags, hold, pin, canary, channel, channel_from, channel_group],
                () => listOf(device));
        },
    };
}
