// What is around each page: navigation, who is logged in, whether the page is live.

import {h, replace} from '../ui/dom.js';
import {badge} from '../ui/badge.js';
import {nameOf} from '../ui/format.js';
import {actionButton} from '../ui/work.js';
import {showKeys} from './keys.js';
import {hasRole} from './session.js';
import {setTheme, theme} from './theme.js';

/** @type {{[state in import('../api/live.js').LiveState]: [import('../ui/badge.js').BadgeKind, string, string]}} */
const STATES = {
    live: ['good', 'live', 'The page shows what happens as it happens.'],
    lost: ['warn', 'connecting', 'The server does not answer; the page tries again by itself.'],
    over: ['off', 'logged out', 'The session has ended.'],
};

/** @param {() => void} onChange */
function themeChoice(onChange) {
    const select = h('select', {'aria-label': 'Colours', class: 'quiet', on: {
        change: () => {
            setTheme(/** @type {import('./theme.js').Theme} */ (select.value));
            onChange();
        },
    }}, [['system', 'Colours: system'], ['light', 'Light'], ['dark', 'Dark']].map(([value, text]) =>
        h('option', {value, selected: value === theme()}, text)));

    return select;
}

/**
 * @param {import('./session.js').User} user
 * @param {() => Promise<void>} onLogOut
 */
function userBox(user, onLogOut) {
    const out = actionButton({text: 'Log out', class: 'quiet'}, onLogOut);

    return h('div', {class: 'user-box'},
        h('span', {class: 'user-name'}, nameOf(user.name, 32), h('span', {class: 'user-role'}, ` ${user.role}`)),
        themeChoice(() => {}),
        h('button', {type: 'button', class: 'quiet', title: 'Keys (?)', on: {click: showKeys}}, 'Keys'),
        user.how === 'session' ? out : null);
}

/**
 * @param {import('./pages.js').PageEntry[]} pages
 * @param {import('./session.js').User} user
 */
function navigation(pages, user) {
    const links = new Map(pages.filter((entry) => entry.nav && hasRole(user, entry.role)).map(
        (entry) => [entry.name, h('a', {href: `#/${entry.name}`}, entry.title)]));
    const list = h('ul', {id: 'navigation'}, [...links.values()].map((link) => h('li', null, link)));
    const menu = h('button', {type: 'button', class: 'menu quiet', 'aria-expanded': 'false',
        'aria-controls': 'navigation', on: {
            click: () => {
                const isOpen = list.classList.toggle('open');

                menu.setAttribute('aria-expanded', String(isOpen));
            },
        }}, 'Menu');

    return {
        element: h('nav', {'aria-label': 'Pages'}, menu, list),
        /** @param {string | undefined} name */
        mark: (name) => {
            list.classList.remove('open');
            menu.setAttribute('aria-expanded', 'false');
            for (const [key, link] of links) {
                if (key === name)
                    link.setAttribute('aria-current', 'page');
                else
                    link.removeAttribute('aria-current');
            }
        },
    };
}

/**
 * Builds the frame.
 * @param {HTMLElement} root
 * @param {{
 *     pages: import('./pages.js').PageEntry[], user: import('./session.js').User,
 *     onLogOut: () => Promise<void>
 * }} terms
 */
export function openFrame(root, {pages, user, onLogOut}) {
    const heading = h('h1', {tabindex: '-1', dir: 'auto'});
    const place = h('div', {class: 'page-place'});
    const state = h('div', {class: 'connection', role: 'status'});
    const content = h('main', {id: 'content', tabindex: '-1'}, heading, place);
    const nav = navigation(pages, user);
    const skip = h('button', {type: 'button', class: 'skip', on: {click: () => heading.focus()}},
        'Skip to the content');

    replace(root, skip, h('header', {class: 'frame'}, h('a', {class: 'brand', href: '#/'}, 'secureesp'),
        nav.element, state, userBox(user, onLogOut)), content);
    return {
        place,
        /** @param {string} text */
        setTitle: (text) => {
            replace(heading, text);
            document.title = `${text} · secureesp`;
        },
        /** @param {import('./pages.js').PageEntry | null} entry @param {boolean} isFirst */
        onOpen: (entry, isFirst) => {
            nav.mark(entry?.name);
            window.scrollTo(0, 0);
            if (!isFirst)
                heading.focus({preventScroll: true});
        },
        /** @param {import('../api/live.js').LiveState} next */
        setState: (next) => {
            const [kind, word, title] = STATES[next];

            replace(state, badge(kind, word, title));
        },
    };
}
