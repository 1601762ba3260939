// Work that a button begins.

import {h} from './dom.js';
import {notifyFailure} from './notice.js';

/**
 * Does it while the button shows that it goes on and cannot be pressed again. A failure is told.
 * @template T
 * @param {HTMLButtonElement} button
 * @param {() => Promise<T>} action
 * @returns {Promise<T | undefined>} undefined: it failed
 */
export async function attempt(button, action) {
    if (button.getAttribute('aria-disabled') === 'true')
        return undefined;
    // A disabled button would lose the focus.
    button.setAttribute('aria-disabled', 'true');
    button.setAttribute('aria-busy', 'true');
    try {
        return await action();
    } catch (error) {
        notifyFailure(error);
        return undefined;
    } finally {
        button.removeAttribute('aria-disabled');
        button.removeAttribute('aria-busy');
    }
}

/**
 * A button that does something: see attempt.
 * @param {{text: string, class?: string, title?: string}} terms class: "primary", "danger", "quiet"
 * @param {() => Promise<any>} action
 * @returns {HTMLButtonElement}
 */
export function actionButton({text, class: kind, title}, action) {
    /** @type {HTMLButtonElement} */
    const button = h('button', {type: 'button', class: kind, title,
        on: {click: () => attempt(button, action)}}, text);

    return button;
}
