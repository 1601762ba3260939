// Revoke a certificate, after a sentence about what that ends.
import {ApiError, post} from '../api/client.js';
import {askForm, confirmAction} from '../ui/dialog.js';
import {notify} from '../ui/notice.js';
import {REASONS} from './certificate.js';

/** @typedef {import('./certificate.js').Certificate} Certificate */

/**
 * What will be, in a sentence or two.
 * @param {Certificate} it
 * @param {number} devices how many there are
 */
export function consequenceOf(it, devices) {
    const whose = it.common_name ?? it.mac ?? 'somebody';
    const back = 'A revoked certificate is never good again, unless the reason is certificateHold.';

    if (it.kind === 'server')
        return `The broker and the download server let ${whose} in no more with this certificate. ` +
            `The ${devices} devices go on trusting it: they read no list. ${back}`;
    if (it.mac !== null)
        return `1 device, ${it.mac}, is let in no more with this certificate. If it has no other good ` +
            `one it goes offline and its commands end. ${back}`;
    return `No device of the fleet is shut out. Whoever shows this certificate of ${whose} is let in ` +
        `no more. ${back}`;
}

/**
 * @param {Certificate} it
 * @param {number} devices how many there are
 * @returns {Promise<boolean>} whether it was done
 */
export async function revoke(it, devices) {
    const values = await askForm({
        title: `Revoke certificate ${it.serial}`,
        sentence: consequenceOf(it, devices),
        fields: [{name: 'reason', label: 'Reason', type: 'select', value: REASONS[0],
            options: REASONS, required: true}],
        action: 'Revoke',
        danger: true,
    });

    if (values === null)
        return false;

    const path = `/certificates/${encodeURIComponent(it.serial)}/revoke`;
    const query = {reason: String(values.reason)};

    try {
        tell(it, await post(path, {query}));
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409)
            throw error;
        if (!await isMeant(it, error))
            return false;
        tell(it, await post(path, {query: {...query, force: '1'}}));
    }
    return true;
}

/**
 * The daemon has said what speaks against it.
 * @param {Certificate} it
 * @param {ApiError} error
 */
function isMeant(it, error) {
    return confirmAction({
        title: `Revoke certificate ${it.serial} all the same?`,
        sentence: error.message,
        action: 'Revoke all the same',
        danger: true,
    });
}

/**
 * @param {Certificate} it
 * @param {{broker: {applied: boolean, reason: string|null}, last: boolean, mac: string|null}} effect
 */
function tell(it, effect) {
    const device = effect.last && effect.mac !== null ? `; ${effect.mac} has no other and is offline` : '';

    notify(
        effect.broker.applied
            ? `${it.serial} is revoked, at the broker too${device}`
            : `${it.serial} is revoked; the broker does not go by it yet: ` +
                `${effect.broker.reason ?? 'it has not said why'}${device}`,
    );
}
