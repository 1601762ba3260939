// What shutting a device out means, said before it is done.

/** Why, as RFC 5280 has it; the first is what it usually is. */
export const REASONS = [
    {value: 'keyCompromise', text: 'its key is, or may be, in other hands'},
    {value: 'cessationOfOperation', text: 'it is not used any more'},
    {value: 'superseded', text: 'another device takes its place'},
    {value: 'certificateHold', text: 'for now: it may come back with the same certificate'},
    {value: 'affiliationChanged', text: 'it belongs to somebody else now'},
    {value: 'privilegeWithdrawn', text: 'it may not be here any more'},
    {value: 'unspecified', text: 'no reason given'},
];

/**
 * @param {any} device
 * @param {string} name
 * @param {string} reason
 */
export function revokeSentence(device, name, reason) {
    const commands = device.commands.filter((/** @type {any} */ command) =>
        ['queued', 'sent', 'accepted', 'waiting'].includes(command.state)).length;
    const good = device.certificates.filter((/** @type {any} */ certificate) =>
        certificate.revoked_at_ms === null).length;
    const parts = [`This shuts out 1 device: ${name} (${device.mac}).`,
        `It can no longer connect to the broker or download anything, with ${good === 1 ?
            'its certificate' : `any of its ${good} certificates`} or another that is not known.`];

    if (device.online)
        parts.push('It is online; its connections end at once.');
    if (commands > 0)
        parts.push(commands === 1 ? 'The command that waits for it ends.'
            : `The ${commands} commands that wait for it end.`);
    parts.push(reason === 'certificateHold'
        ? 'It can be let in again with the certificate that it has.'
        : 'To come back it needs to be readmitted and a new certificate put on the board.');
    return parts.join(' ');
}

/**
 * @param {any} device
 * @param {string} name
 */
export function readmitSentence(device, name) {
    const isHold = device.revocation?.reason === 'certificateHold';

    return `This lets 1 device in again: ${name} (${device.mac}). ` + (isHold
        ? 'It connects with the certificate that it has.'
        : 'The certificates that it had stay shut out: issue a new one and put it on the board.');
}

/**
 * @param {any} device
 * @param {string} name
 */
export function forgetSentence(device, name) {
    return `This removes 1 device, ${name} (${device.mac}), with its history, its commands and ` +
        'what the broker retains of it; that cannot be taken back. ' +
        (device.revoked_at_ms !== null ? 'It stays revoked, and is not listed again.'
            : 'It is listed again when it reports again.') +
        (device.online ? ' It is online, and will report again soon.' : '');
}

/**
 * What the answer to a revocation says of how far it reaches.
 * @param {any} answer
 */
export function effectText(answer) {
    const ended = answer.download_server.ended + (answer.broker.ended ?? 0);
    const parts = [answer.changed ? `${answer.mac} is shut out` : `${answer.mac} was shut out already`];

    if (ended > 0)
        parts.push(`${ended} of its connections ended`);
    if (!answer.broker.applied)
        parts.push(`the broker does not go by it yet: ${answer.broker.reason ?? 'no reason known'}`);
    return `${parts.join('; ')}.`;
}
