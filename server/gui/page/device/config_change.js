// Sets a member of config.json, or takes it away, after a look at how many devices get another file.

import {ApiError, post} from '../api/client.js';
import {devicesOf} from '../fleet/bulk_plan.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {visible} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {valueOf} from './config_compare.js';

/** @typedef {import('./marks_view.js').Terms} Terms */

/**
 * @param {string[]} members that are known
 * @param {string} mac
 * @returns {import('../ui/form.js').Field[]}
 */
function fieldsOf(members, mac) {
    return [
        {name: 'scope', label: 'For', type: 'select', required: true, value: 'device', options: [
            {value: 'device', label: `this device (${mac})`}, {value: 'fleet', label: 'the fleet'}]},
        {name: 'member', label: 'Member', required: true, maxlength: 64,
            hint: `as ${members.slice(0, 3).join(', ') || 'statusinterval'}`},
        {name: 'value', label: 'Value',
            hint: 'A number, true, false or text. Empty: nothing is said of it here any more.'},
    ];
}

/**
 * @param {any} values
 * @param {string} mac
 */
function requestOf(values, mac) {
    const query = {scope: values.scope, name: values.scope === 'device' ? mac : null};
    const member = values.member.trim();

    return values.value === '' ? {query: {...query, unset: member}}
        : {query, body: {[member]: valueOf(values.value)}};
}

/**
 * @param {any} values
 * @param {any} outcome of a dry run
 */
function sentenceOf(values, outcome) {
    const what = values.value === '' ? `"${values.member}" is not set there any more.`
        : `"${values.member}" becomes ${values.value}.`;

    return `${visible(what, 300)} That is for ${devicesOf(outcome.devices)}; ` +
        `${devicesOf(outcome.different)} ${outcome.different === 1 ? 'gets' : 'get'} another ` +
        'config.json by it when it is fetched next. It counts after a restart.';
}

/**
 * @param {Terms} terms
 * @param {string[]} members
 */
export async function changeConfig(terms, members) {
    /** @type {any} */
    let outcome = null;
    const values = await askForm({title: 'Set a member of config.json', action: 'Go on',
        fields: fieldsOf(members, terms.mac), send: async (given) => {
            const {query, ...rest} = requestOf(given, terms.mac);

            outcome = await post('/settings', {...rest, query: {...query, dry: '1', force: '1'}});
        }});

    if (values === null)
        return;
    const request = requestOf(values, terms.mac);

    if (!await confirmAction({title: 'Set a member of config.json', action: 'Set it',
        sentence: sentenceOf(values, outcome)}))
        return;
    try {
        await post('/settings', request);
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || !await confirmAction({
            title: 'Refused', danger: true, action: 'Set it all the same',
            sentence: `${devicesOf(outcome.different)}: ${visible(error.message, 500)}`}))
            throw error;
        await post('/settings', {...request, query: {...request.query, force: '1'}});
    }
    notify('It is set.');
    await terms.onChange();
}
