// Where the page starts: who is there, then the frame and its pages, until the session ends.

import {onSessionEnd} from '../api/client.js';
import {onState, startLive, stopLive, subscribe, watchVisibility} from '../api/live.js';
import {h, replace} from '../ui/dom.js';
import {startNotices} from '../ui/notice.js';
import {openFrame} from './frame.js';
import {addKey, showKeys, startKeys} from './keys.js';
import {askLogin} from './login.js';
import {pages} from './pages.js';
import {startRouter} from './router.js';
import {forget, hasRole, logOut, readUser, wasLoggedIn} from './session.js';
import {applyTheme} from './theme.js';

const RETRY_MS = 3000;
const PATIENCE_MS = 700; // of a page for the stream: what is read behind its beginning misses nothing

const root = /** @type {HTMLElement} */ (document.getElementById('root'));

/** @returns {Promise<import('./session.js').User | null>} once the server answers */
async function readUserPatiently() {
    for (;;) {
        try {
            return await readUser();
        } catch (error) {
            replace(root, h('main', {class: 'login', id: 'content'}, h('h1', null, 'secureesp'),
                h('p', {role: 'alert'}, error instanceof Error ? error.message : String(error)),
                h('p', null, 'The page tries again by itself.')));
            await new Promise((done) => setTimeout(done, RETRY_MS));
        }
    }
}

/** @param {import('./session.js').User} user */
function addPageKeys(user) {
    return pages.filter((entry) => entry.key !== undefined && hasRole(user, entry.role)).map((entry) =>
        addKey(`g ${entry.key}`, entry.title, () => {
            location.hash = `#/${entry.name}`;
        }));
}

/**
 * @param {import('./session.js').User} user
 * @returns {Promise<string | null>} why it ended; null: the user logged out
 */
function work(user) {
    return new Promise((resolve) => {
        /** @type {(() => void)[]} */
        const ends = [];
        let isOver = false;
        /** @param {string | null} reason */
        const end = (reason) => {
            if (isOver)
                return;
            isOver = true;
            forget();
            ends.forEach((one) => one());
            for (const dialog of document.querySelectorAll('dialog'))
                dialog.close();
            resolve(reason);
        };
        const frame = openFrame(root, {pages, user, onLogOut: async () => {
            await logOut();
            end(null);
        }});

        frame.setState('lost');
        onSessionEnd(() => end('The session has ended. Log in again, and you are back where you were.'));
        ends.push(onState((state) => {
            frame.setState(state);
            if (state === 'over')
                end('The session has ended. Log in again, and you are back where you were.');
        }));
        ends.push(...addPageKeys(user));
        ends.push(stopLive);
        Promise.race([startLive(), new Promise((done) => setTimeout(done, PATIENCE_MS))]).then(() => {
            if (isOver)
                return;
            const router = startRouter({pages, place: frame.place, user, onOpen: frame.onOpen,
                setTitle: frame.setTitle, addKey});

            ends.push(router.close, subscribe((event) => {
                if (event.kind === 'gap')
                    router.retry();
            }));
        });
    });
}

async function main() {
    let user = wasLoggedIn() ? await readUserPatiently() : null;
    /** @type {string | null} */
    let reason = null;

    for (;;) {
        user ??= await askLogin(root, reason);
        reason = await work(user);
        user = null;
    }
}

applyTheme();
startNotices();
startKeys();
watchVisibility();
addKey('?', 'these keys', showKeys);
main();
