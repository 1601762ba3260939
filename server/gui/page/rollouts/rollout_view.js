// One rollout: its state, progress by phase, its terms, who failed, and its devices.

import {h, replace} from '../ui/dom.js';
import {durationOf, nameOf, timeOf, visible} from '../ui/format.js';
import {replaceKeepingFocus} from '../releases/refresh.js';
import {actionButtons} from './rollout_actions.js';
import {progressBar} from './rollout_bar.js';
import {createMembers, showFailures} from './rollout_members.js';
import {partsOf, phaseLines} from './rollout_progress.js';
import {rolloutBadge, waitingPart} from './rollout_state.js';
import {adviceOf, count, whatItBrings} from './rollout_words.js';

/** @typedef {import('./rollout_types.js').RolloutDetail} RolloutDetail */
/** @typedef {import('./rollout_words.js').Verb} Verb */

/** @type {{[standing: string]: string}} */
const STANDING = {passed: '✓ passed', current: '▶ now', 'to come': '○ to come'};

/** @param {RolloutDetail} rollout */
function phases(rollout) {
    return h('section', {class: 'card', 'aria-label': 'Progress'}, h('h2', null, 'Progress'),
        progressBar(partsOf(rollout.devices), 'All devices'),
        h('div', {class: 'scrolls', tabindex: 0, role: 'group', 'aria-label': 'Phases'}, h('table', {class: 'plain'},
            h('thead', null, h('tr', null, ['Phase', 'State', 'Devices', 'Progress'].map((title) => h('th', {scope: 'col'}, title)))),
            h('tbody', null, phaseLines(rollout, rollout.members).map((line) => h('tr', {'aria-current': line.standing === 'current' ? 'step' : null},
                h('th', {scope: 'row'}, line.phase), h('td', null, STANDING[line.standing]), h('td', null, line.total.toLocaleString('en')),
                h('td', {class: 'wide'}, line.parts === null ? '' : progressBar(line.parts, `Phase ${line.phase}`))))))));
}

/** @param {RolloutDetail} rollout */
function terms({terms: given, ...rollout}) {
    const bound = (/** @type {number} */ n, /** @type {string} */ what) => n === 0 ? 'no bound' : `${n.toLocaleString('en')} ${what}`;
    /** @type {[string, import('../ui/dom.js').Child][]} */
    const rows = [
        ['Phases', given.phases], ['Next phase', `when ${given.success}% of a phase are updated, for ${durationOf(given.soak_s * 1000)}`],
        ['Pauses', `when ${given.failures} have failed`], ['Begin', bound(given.rate, 'a minute')],
        ['Download', bound(given.at_once, 'at the same time')], ['Time to return', durationOf(given.timeout_s * 1000)],
        ['Site', given.site ? h('span', null, 'tags that begin with ', nameOf(given.site), `: ${bound(given.per_site, 'at the same time')}`) : 'not regarded'],
        ['Start', timeOf(given.start_ms)], ['Window', given.window ? visible(given.window) : 'any time'],
        ['Canaries', given.canaries_first ? 'first' : 'as others'], ['Created', timeOf(rollout.created_at_ms)],
        ['Ends', rollout.ended_at_ms !== null ? timeOf(rollout.ended_at_ms)
            : rollout.estimated_end_ms !== null ? h('span', null, 'if it goes on as it has, ', timeOf(rollout.estimated_end_ms)) : 'not known yet'],
    ];

    return h('details', {class: 'card'}, h('summary', null, 'Its terms'),
        h('dl', {class: 'facts'}, rows.map(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
        rollout.config ? h('pre', null, visible(JSON.stringify(rollout.config.patch), 2048)) : null);
}

/** @param {RolloutDetail} rollout */
function brings(rollout) {
    const board = rollout.image?.replace(/-[^-]*$/, '') ?? '';

    return rollout.kind === 'image' && rollout.image !== null
        ? h('span', null, 'image ', h('a', {href: `#/releases/${encodeURIComponent(board)}?image=${encodeURIComponent(rollout.image)}`},
            nameOf(rollout.image)))
        : nameOf(whatItBrings(rollout));
}

/**
 * @param {string} name
 * @param {import('../app/router.js').Context} context
 * @param {{onDone: (verb: Verb) => void}} terms onDone: it was changed, read anew
 */
export function createRolloutView(name, context, {onDone}) {
    const head = h('div', {class: 'rollout-head'});
    const middle = h('div', null);
    const members = createMembers(name, context.go);
    let wasTermsOpen = false;

    return {
        element: h('div', null, head, middle, members.element),
        /** @param {RolloutDetail} rollout */
        show: (rollout) => {
            const shownTerms = terms(rollout);

            wasTermsOpen = middle.querySelector('details')?.open ?? wasTermsOpen;
            shownTerms.open = wasTermsOpen;
            replaceKeepingFocus(head, h('p', null, h('a', {href: '#/rollouts'}, '‹ All rollouts')),
                h('p', null, rolloutBadge(rollout), ' brings ', brings(rollout), ` to ${count(rollout.devices.total)}; phase ${rollout.phase} of ${rollout.phases}. `,
                    waitingPart(rollout)),
                h('p', {class: 'faint'}, adviceOf(rollout)),
                context.may('operator') ? actionButtons(rollout, onDone) : null);
            replaceKeepingFocus(middle, phases(rollout), showFailures(rollout.members), shownTerms);
            members.show(rollout);
        },
        /** @param {unknown} error */
        fail: (error) => replace(head, h('p', null, h('a', {href: '#/rollouts'}, '‹ All rollouts')),
            h('p', {role: 'alert'}, error instanceof Error ? error.message : String(error))),
    };
}
