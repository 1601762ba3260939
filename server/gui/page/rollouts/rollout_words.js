// What is said of rollouts, in sentences.

/** @typedef {import('./rollout_types.js').Rollout} Rollout */
/** @typedef {import('./rollout_types.js').Plan} Plan */
/** @typedef {'pause' | 'resume' | 'abort' | 'retry' | 'remove'} Verb */

/**
 * @param {number} n
 * @param {string} [one]
 */
export function count(n, one = 'device') {
    return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;
}

/** @param {Pick<Rollout, 'kind' | 'image' | 'config'>} rollout */
export function whatItBrings(rollout) {
    if (rollout.kind === 'image')
        return `image ${rollout.image}`;
    return `settings of ${rollout.config?.scope === 'group' ? `group ${rollout.config.name}` : 'the fleet'}`;
}

/**
 * What may be done with it now, the likeliest first.
 * @param {Rollout} rollout
 * @returns {Verb[]}
 */
export function verbsOf(rollout) {
    const {failed, left_out} = rollout.devices;
    const isEnded = rollout.state === 'done' || rollout.state === 'aborted';
    /** @type {Verb[]} */
    const verbs = [];

    if (rollout.state === 'paused')
        verbs.push('resume');
    if (rollout.state === 'running' || rollout.state === 'soaking')
        verbs.push('pause');
    if (failed + left_out > 0 && rollout.state !== 'aborted' && !(rollout.state === 'done' && rollout.kind === 'config'))
        verbs.push('retry');
    verbs.push(isEnded ? 'remove' : 'abort');
    return verbs;
}

/**
 * What will happen to how many.
 * @param {Verb} verb
 * @param {Rollout} rollout
 */
export function verbSentence(verb, rollout) {
    const {updated, failed, left_out, waiting, downloading, installing} = rollout.devices;
    const busy = downloading + installing;

    switch (verb) {
    case 'pause':
        return `No further device begins: ${count(waiting)} wait until it is resumed. ` +
            `What was sent already goes on to its end (${count(busy)} under way); what was not sent is taken back.`;
    case 'resume':
        return `It goes on with phase ${rollout.phase} of ${rollout.phases}: ${count(waiting)} wait. ` +
            (failed > 0 ? `The ${count(failed)} that failed do not count any more, and are not tried again; to have them try again, choose Retry first.` : '');
    case 'abort':
        return rollout.kind === 'image'
            ? `It ends here for good. ${count(updated)} keep the image; ${count(waiting + busy + failed + left_out)} do not get it by this, ` +
                'and it is offered to nobody else until it is withdrawn. There is no way back to an older version.'
            : `It ends here for good, and nothing is set: no device is to have these settings any more, also not the ${count(updated)} that have them already.`;
    case 'retry':
        return `Who failed or was left out waits for another try: ${count(failed + left_out)}.` +
            (rollout.state === 'paused' ? ' It stays paused until it is resumed.' : '');
    case 'remove':
        return `The record of it and of what happened to its ${count(rollout.devices.total)} is removed. Nothing changes on a device.`;
    }
}

/**
 * What there is to decide, or null.
 * @param {Rollout} rollout
 */
export function adviceOf(rollout) {
    if (rollout.state === 'paused' && rollout.devices.failed > 0)
        return 'Below is who failed, and why. If it is the devices: mend them, choose Retry, then Resume. ' +
            'If the image or the settings are bad: Abort, and bring a better one by another rollout.';
    if (rollout.state === 'aborted' && rollout.gated)
        return 'Its image is kept from all devices that do not run it, until it is withdrawn.';
    return null;
}

/** @type {{[verb in Verb]: string}} */
export const VERB_WORDS = {pause: 'Pause', resume: 'Resume', abort: 'Abort…', retry: 'Retry', remove: 'Remove…'};

/**
 * Whom the filters met and why some of these are not among its devices.
 * @param {Plan} plan
 * @param {boolean} [canariesFirst] that was asked
 */
export function planSentences(plan, canariesFirst) {
    /** @type {[number, string][]} */
    const out = [
        [plan.current, plan.kind === 'image' ? 'run it or a later one' : 'get the same configuration already'],
        [plan.foreign, 'are of another board'],
        [plan.revoked, 'are revoked'],
        [plan.off_channel, 'follow channel stable, and the image is published to beta'],
    ];
    const left = out.filter(([n]) => n > 0).map(([n, why]) => `${n.toLocaleString('en')} ${why}`);
    const sentences = [`It is for ${count(plan.count)}.`];

    if (left.length > 0)
        sentences.push(`Of ${count(plan.met)} that were met, ${left.join(', ')}: these are not part of it.`);
    if (plan.canaries > 0)
        sentences.push(`${plan.canaries.toLocaleString('en')} of these ${plan.canaries === 1 ? 'is' : 'are'} marked as canary.`);
    else if (canariesFirst)
        sentences.push('None of these devices is marked as canary.');
    if (plan.publishes)
        sentences.push('The image is published by this, for these devices alone until it is done.');
    return sentences;
}
