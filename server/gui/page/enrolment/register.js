// Register devices before they ask, with a code each if that is wished.

import {post} from '../api/client.js';
import {askForm, showDialog} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {notify} from '../ui/notice.js';
import {rowsOf} from '../ui/rows.js';
import {readMacs} from './enrolment.js';

/** @typedef {{mac: string, code: string | null, new: boolean}} Registered */

/** @type {import('../ui/form.js').Field[]} */
const FIELDS = [
    {name: 'macs', label: 'MACs', type: 'textarea', required: true, placeholder: '84f3eb00a1b2',
        hint: 'One a line. A registered device gets its certificate as soon as it asks.'},
    {name: 'code', label: 'Make up a code for each, which it has to give', type: 'checkbox',
        hint: 'Then nobody else can ask in its name. Codes are shown once.'},
];

/**
 * The codes, which are not shown again.
 * @param {Registered[]} made
 */
function codesOf(made) {
    return h('div', {},
        h('p', {}, 'Note them now: they are not shown again. Each goes into its device as the file ',
            h('code', {}, 'code'), '.'),
        rowsOf('Codes', ['MAC', 'Code'], made.map((it) => [
            h('code', {}, it.mac), h('code', {class: 'secret'}, it.code),
        ]), 'None'));
}

/** @returns {Promise<boolean>} whether any was registered */
export async function register() {
    /** @type {Registered[]} */
    let made = [];
    const values = await askForm({
        title: 'Register devices',
        fields: FIELDS,
        action: 'Register',
        check: (it) => readMacs(it.macs).fault,
        send: async (it) => {
            const code = it.code === true;

            // An answer that holds codes is never kept: with a key there are none.
            made = await post('/enrolments', {body: {macs: readMacs(it.macs).macs, code}, key: !code});
        },
    });

    if (values === null)
        return false;
    if (made.some((it) => it.code !== null))
        await showDialog({title: 'Codes of the devices just registered', content: codesOf(made),
            close: 'I have noted them'});
    else
        notify(`${made.length} registered`);
    return true;
}
