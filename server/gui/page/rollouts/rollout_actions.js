// Pause, resume, abort, retry, remove: each with a sentence of what will happen to how many.

import {change, readState} from '../releases/change.js';
import {confirmAction} from '../ui/dialog.js';
import {h} from '../ui/dom.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {count, VERB_WORDS, verbSentence, verbsOf} from './rollout_words.js';

/** @typedef {import('./rollout_types.js').Rollout} Rollout */
/** @typedef {import('./rollout_words.js').Verb} Verb */

/** @type {{[verb in Verb]: string}} */
const DONE = {pause: 'paused', resume: 'resumed', abort: 'aborted', retry: 'tried again', remove: 'removed'};

/**
 * @param {Verb} verb
 * @param {string} name
 * @returns {Promise<boolean>} whether it is done
 */
async function confirmAndChange(verb, name) {
    const path = `/rollouts/${encodeURIComponent(name)}`;
    // What the sentence says is of now.
    const {value, state} = await readState(path);
    const isMeant = await confirmAction({
        title: `${VERB_WORDS[verb].replace('…', '')} rollout ${name}`, sentence: verbSentence(verb, value),
        action: VERB_WORDS[verb].replace('…', ''), danger: verb === 'abort' || verb === 'remove',
    });

    if (!isMeant)
        return false;
    const answer = await change(`${path}/${verb}`, {ifMatch: state});

    notify(verb === 'retry' ? `${count(answer.retried)} of ${name} wait for another try.` : `Rollout ${name} is ${DONE[verb]}.`);
    return true;
}

/**
 * @param {Rollout} rollout
 * @param {(verb: Verb) => void} onDone
 * @returns {HTMLElement}
 */
export function actionButtons(rollout, onDone) {
    return h('div', {class: 'form-buttons'}, verbsOf(rollout).map((verb, i) => {
        /** @type {HTMLButtonElement} */
        const button = h('button', {
            type: 'button', dataset: {focus: verb},
            class: verb === 'abort' || verb === 'remove' ? 'danger' : i === 0 ? 'primary' : null,
            on: {click: () => attempt(button, async () => {
                if (await confirmAndChange(verb, rollout.name))
                    onDone(verb);
            })},
        }, VERB_WORDS[verb]);

        return button;
    }));
}
