// Dialogs: the platform's own keeps the focus inside, and gives it back when it closes.

import {h} from './dom.js';
import {createForm} from './form.js';

let made = 0;

/**
 * @template T
 * @param {string} title
 * @param {(close: (value: T | null) => void) => (HTMLElement | null)[]} build
 * @returns {Promise<T | null>} null: it was cancelled
 */
function ask(title, build) {
    return new Promise((resolve) => {
        /** @type {T | null} */
        let answer = null;
        const id = `dialog-${++made}`;
        const dialog = h('dialog', {class: 'dialog', 'aria-labelledby': id});
        /** @param {T | null} value */
        const close = (value) => {
            answer = value;
            dialog.close();
        };

        dialog.append(h('h2', {id}, title));
        dialog.append(...build(close).filter((part) => part !== null).map((part) =>
            /** @type {HTMLElement} */ (part)));
        dialog.addEventListener('close', () => {
            // Notices may have found their place in it.
            document.body.append(...dialog.querySelectorAll('.notices'));
            dialog.remove();
            resolve(answer);
        });
        document.body.append(dialog);
        dialog.showModal();
    });
}

/**
 * @param {() => void} close
 * @param {string} [text]
 */
function cancelButton(close, text = 'Cancel') {
    return h('button', {type: 'button', on: {click: close}}, text);
}

/**
 * Asks before something is done. The sentence says what will happen, and to how many.
 * @param {{
 *     title: string, sentence: string, action: string, danger?: boolean,
 *     detail?: HTMLElement | null
 * }} terms detail: more of it, as a list of whom it meets
 * @returns {Promise<boolean>} false: it was cancelled, as by Escape
 */
export async function confirmAction({title, sentence, action, danger, detail}) {
    const answer = await ask(title, (/** @type {(value: boolean | null) => void} */ close) => {
        const cancel = cancelButton(() => close(null));
        const go = h('button', {
            type: 'button', class: danger ? 'danger' : 'primary', on: {click: () => close(true)},
        }, action);

        // What cannot be taken back is not what Enter does.
        (danger ? cancel : go).autofocus = true;
        return [h('p', {class: 'dialog-sentence'}, sentence), detail ?? null,
            h('div', {class: 'form-buttons'}, go, cancel)];
    });

    return answer === true;
}

/**
 * Asks for values.
 * @param {{
 *     title: string, fields: import('./form.js').Field[], action: string, sentence?: string,
 *     danger?: boolean, check?: (values: import('./form.js').Values) => string | null | undefined,
 *     send?: (values: import('./form.js').Values) => Promise<void>
 * }} terms send: done before the dialog closes; what it throws is shown in it, and nothing typed is lost
 * @returns {Promise<import('./form.js').Values | null>} null: it was cancelled
 */
export function askForm({title, fields, action, sentence, danger, check, send}) {
    return ask(title, (/** @type {(value: import('./form.js').Values | null) => void} */ close) => {
        const form = createForm({
            fields, action, danger, check,
            buttons: [cancelButton(() => close(null))],
            onSubmit: async (values) => {
                await send?.(values);
                close(values);
            },
        });

        return [sentence ? h('p', {class: 'dialog-sentence'}, sentence) : null, form.element];
    });
}

/**
 * Shows something, until it is closed.
 * @param {{title: string, content: HTMLElement, close?: string}} terms
 * @returns {Promise<void>}
 */
export async function showDialog({title, content, close = 'Close'}) {
    await ask(title, (/** @type {(value: null) => void} */ end) => [content,
        h('div', {class: 'form-buttons'}, cancelButton(() => end(null), close))]);
}
