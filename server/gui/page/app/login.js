// Logging in.

import {h, replace} from '../ui/dom.js';
import {createForm} from '../ui/form.js';
import {actionButton} from '../ui/work.js';
import {logIn, readUser} from './session.js';

/**
 * @param {HTMLElement} place
 * @param {string | null} reason why it is needed again
 * @returns {Promise<import('./session.js').User>} who has logged in
 */
export function askLogin(place, reason) {
    return new Promise((resolve) => {
        const form = createForm({
            fields: [
                {name: 'name', label: 'Name', required: true, autocomplete: 'username'},
                {name: 'password', label: 'Password', type: 'password', required: true,
                    autocomplete: 'current-password'},
            ],
            action: 'Log in',
            onSubmit: async ({name, password}) => resolve(await logIn(name, password)),
        });
        const certificate = actionButton({text: 'Log in with a certificate of this browser',
            class: 'quiet'}, async () => {
            const user = await readUser();

            if (user === null)
                form.showError('This browser has shown no certificate of an operator.');
            else
                resolve(user);
        });

        document.title = 'Log in · secureesp';
        replace(place, h('main', {class: 'login', id: 'content'}, h('h1', null, 'secureesp'),
            reason ? h('p', {class: 'login-reason', role: 'status'}, reason) : null, form.element, certificate,
            h('details', {class: 'login-help'}, h('summary', null, 'No user yet, or the password is lost?'),
                h('p', null, 'On the machine where the server runs, as root:'),
                h('pre', null, 'secureesp users add NAME --role administrator\nsecureesp users passwd NAME'))));
        form.controls[0].focus();
    });
}
