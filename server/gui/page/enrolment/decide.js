// Approve, reject, or forget a device that asks for a certificate.
import {post} from '../api/client.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {notify} from '../ui/notice.js';
import {keyShown} from './enrolment.js';

/** @typedef {import('./enrolment.js').Enrolment} Enrolment */

/** @param {string} mac @param {string} verb */
const pathOf = (mac, verb) => `/enrolments/${encodeURIComponent(mac)}/${verb}`;

/**
 * The key that waits is the one that is approved: if another asks meanwhile, the daemon refuses.
 * @param {Enrolment} it it waits
 */
async function approveWaiting(it) {
    const key = it.key_sha256 ?? '';
    const sure = await confirmAction({
        title: `Approve ${it.mac}`,
        sentence:
            `1 device, ${it.mac}, gets a certificate for the key ${keyShown(key)}…, which asked from ` +
            `${it.address ?? 'an unknown address'}. From then on it is one of the fleet.`,
        action: 'Approve',
    });

    return sure ? {key} : null;
}

/**
 * None waits: for which key it shall hold has to be said.
 * @param {Enrolment} it
 */
async function approveAhead(it) {
    const refused = it.alarm_key_sha256;
    const seen = refused === null ? []
        : [{value: refused, label: `the key that was refused, ${keyShown(refused)}…`}];
    const options = [...seen, {value: 'any', label: 'the next key that asks, whoever has it'}];
    const values = await askForm({
        title: `Approve ${it.mac}`,
        sentence: `1 device, ${it.mac}, gets a certificate when it asks. No key of it waits now: say ` +
            'for which it shall hold.',
        fields: [{name: 'key', label: 'Key', type: 'select', value: options[0].value, options,
            required: true}],
        action: 'Approve',
    });

    if (values === null)
        return null;
    return values.key === 'any' ? {any_key: '1'} : {key: String(values.key)};
}

/**
 * @param {Enrolment} it
 * @returns {Promise<boolean>} whether anything was changed
 */
export async function approve(it) {
    const query = await (it.state === 'pending' ? approveWaiting(it) : approveAhead(it));

    if (query === null)
        return false;
    await post(pathOf(it.mac, 'approve'), {query});
    notify(`${it.mac} is approved: it gets its certificate when it asks again`);
    return true;
}

/**
 * @param {Enrolment} it
 * @returns {Promise<boolean>}
 */
export async function reject(it) {
    const sure = await confirmAction({
        title: `Reject ${it.mac}`,
        sentence: `1 device, ${it.mac}, gets no certificate, however often it asks, until you approve it.`,
        action: 'Reject',
        danger: true,
    });

    if (sure) {
        await post(pathOf(it.mac, 'reject'));
        notify(`${it.mac} is rejected`);
    }
    return sure;
}

/**
 * @param {Enrolment} it
 * @returns {Promise<boolean>}
 */
export async function forget(it) {
    const sure = await confirmAction({
        title: `Forget ${it.mac}`,
        sentence:
            `That 1 device, ${it.mac}, is registered or has asked is forgotten. A certificate that it has ` +
            'stays good. If it asks again it is judged as a new device.',
        action: 'Forget',
        danger: true,
    });

    if (sure) {
        await post(pathOf(it.mac, 'remove'));
        notify(`${it.mac} is forgotten`);
    }
    return sure;
}
