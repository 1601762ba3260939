// What shuts a device out, lets it in again, or removes it.

import {ApiError, post} from '../api/client.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {visible} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {REASONS, effectText, forgetSentence, readmitSentence, revokeSentence} from './shut_out.js';

/**
 * @typedef {import('./marks_view.js').Terms & {
 *     may: (role: import('../app/session.js').Role) => boolean,
 *     nameOf: () => string, go: (hash: string) => void
 * }} Terms
 */

/** @param {Terms} terms */
async function revoke(terms) {
    const values = await askForm({title: 'Revoke', action: 'Go on', danger: true,
        sentence: `Why is ${visible(terms.nameOf(), 60)} to be shut out?`,
        fields: [{name: 'reason', label: 'Reason', type: 'select', required: true,
            value: REASONS[0].value,
            options: REASONS.map((one) => ({value: one.value, label: `${one.value}: ${one.text}`}))}]});

    if (values === null)
        return;
    if (!await confirmAction({title: 'Revoke', danger: true, action: 'Shut it out',
        sentence: revokeSentence(terms.device(), visible(terms.nameOf(), 60), values.reason)}))
        return;
    const answer = await post(`/devices/${terms.mac}/revoke`, {query: {reason: values.reason}});

    notify(effectText(answer));
    await terms.onChange();
}

/** @param {Terms} terms */
async function readmit(terms) {
    if (!await confirmAction({title: 'Readmit', action: 'Let it in again',
        sentence: readmitSentence(terms.device(), visible(terms.nameOf(), 60))}))
        return;
    await post(`/devices/${terms.mac}/readmit`);
    notify('It is let in again.');
    await terms.onChange();
}

/** @param {Terms} terms */
async function forget(terms) {
    const device = terms.device();

    if (!await confirmAction({title: 'Forget', danger: true, action: 'Remove it',
        sentence: forgetSentence(device, visible(terms.nameOf(), 60))}))
        return;
    await post(`/devices/${terms.mac}/forget`, {query: {force: device.online ? '1' : null}});
    notify(`${terms.mac} is forgotten.`);
    terms.go('#/fleet');
}

/** @param {Terms} terms */
async function replaceDevice(terms) {
    const name = visible(terms.nameOf(), 60);
    const values = await askForm({title: 'Replace', action: 'Go on', danger: true,
        sentence: `Another board gets the place and the history of ${name}.`,
        fields: [{name: 'by', label: 'MAC of the new board', required: true,
            pattern: '[0-9A-Fa-f:\\-]{12,17}', hint: '12 hex digits'}]});

    if (values === null)
        return;
    const by = values.by.replace(/[^0-9A-Fa-f]/g, '').toLowerCase();
    const sentence = `1 device, ${name} (${terms.mac}), is shut out, and ${by} takes its place, ` +
        'with its label, tags and history. The old board comes back only by being readmitted.';
    const path = `/devices/${terms.mac}/replace`;

    if (!await confirmAction({title: 'Replace', danger: true, action: 'Replace it', sentence}))
        return;
    try {
        await post(path, {query: {by}});
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || !await confirmAction({
            title: 'Refused', danger: true, action: 'Replace it all the same',
            sentence: `1 device: ${visible(error.message, 500)}`}))
            throw error;
        await post(path, {query: {by, force: '1'}});
    }
    notify(`${by} has taken its place.`);
    terms.go(`#/devices/${by}`);
}

/** @param {Terms} terms */
async function allowKey(terms) {
    if (terms.device().key !== null && terms.device().key.fetched_at_ms === null) {
        if (!await confirmAction({title: 'Private key', action: 'Allow it no more',
            sentence: 'This 1 device can then not fetch its private key.'}))
            return;
        await post(`/devices/${terms.mac}/key`, {query: {on: '0'}});
        notify('The key cannot be fetched any more.');
    } else {
        const values = await askForm({title: 'Private key', action: 'Allow it once',
            sentence: 'This 1 device may then fetch this key, once. It must be the key of its ' +
                'certificate.',
            fields: [{name: 'pem', label: 'Private key (PEM)', type: 'textarea', required: true}]});

        if (values === null)
            return;
        await post(`/devices/${terms.mac}/key`, {query: {on: '1'}, body: values.pem});
        notify('It may fetch its key, once.');
    }
    await terms.onChange();
}

/**
 * @param {string} text
 * @param {string} explanation
 * @param {(terms: Terms) => Promise<void>} action
 * @param {Terms} terms
 */
function rowOf(text, explanation, action, terms) {
    const button = h('button', {type: 'button', class: 'danger'}, `${text} …`);

    button.addEventListener('click', () => attempt(button, () => action(terms)));
    return h('li', null, button, ' ', explanation);
}

/** @param {Terms} terms */
export function createDanger(terms) {
    const revokeRow = rowOf('Revoke', 'Shuts it out, with all its certificates.', revoke, terms);
    const readmitRow = rowOf('Readmit', 'Lets it in again.', readmit, terms);
    const forgetRow = rowOf('Forget', 'Removes it with its history.', forget, terms);
    const others = [
        rowOf('Replace', 'Another board takes its place; this one is shut out.', replaceDevice, terms),
        rowOf('Private key', 'Allows it to fetch its private key once, or no more.', allowKey, terms)];
    const isAdministrator = terms.may('administrator');
    const element = h('section', {class: 'card wide', 'aria-labelledby': 'danger-title'},
        h('h2', {id: 'danger-title'}, 'Take it out'), h('ul', {class: 'danger-list'},
            isAdministrator ? [revokeRow, readmitRow] : null,
            terms.may('operator') ? forgetRow : null, isAdministrator ? others : null));

    element.hidden = !terms.may('operator');
    return {
        element,
        /** @param {any} device */
        show: (device) => {
            revokeRow.hidden = device.revoked_at_ms !== null;
            readmitRow.hidden = device.revoked_at_ms === null;
        },
    };
}
