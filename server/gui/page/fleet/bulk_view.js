// The bar that appears with a selection: what to do with it, after a look at whom it meets.

import {confirmAction, askForm} from '../ui/dialog.js';
import {h, replace} from '../ui/dom.js';
import {nameOf, visible} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {actions} from './bulk_actions.js';
import {calledOf, commandSentence, devicesOf, markSentence, outcomeOf} from './bulk_plan.js';
import {commandAll, markAll} from './bulk_run.js';
import {macsOf, meet} from './bulk_target.js';

/**
 * Whom it meets, by name.
 * @param {import('./bulk_plan.js').Meeting} meeting
 */
function listOf(meeting) {
    const more = meeting.total - meeting.some.length;

    return h('ul', {class: 'meeting'}, meeting.some.map((device) => h('li', null,
        nameOf(calledOf(device), 60), ' ', h('code', null, device.mac),
        device.online ? ' online' : ' offline', device.hold ? ', held' : null,
        device.revoked_at_ms !== null ? ', revoked' : null)),
    more > 0 ? h('li', null, `and ${devicesOf(more)} more`) : null);
}

/**
 * Asks for the values of an action, shows whom it meets, and waits for a yes.
 * @param {import('./bulk_actions.js').Action} action
 * @param {import('./bulk_target.js').Target} target
 * @returns {Promise<any|null>} the values; null: it was cancelled
 */
async function prepare(action, target) {
    let values = {};

    if (action.fields.length > 0) {
        const given = await askForm({title: action.title, fields: action.fields,
            action: 'Go on', check: action.check, sentence: action.effect});

        if (given === null)
            return null;
        values = given;
    }
    const meeting = await meet(target);
    const sentence = action.command === undefined
        ? markSentence(action.title, action.effect, meeting)
        : `${commandSentence(action.command, meeting)} ${action.effect}`;
    const isSure = meeting.total > 0 && await confirmAction({title: action.title, sentence,
        action: `${action.title} (${devicesOf(meeting.total)})`, detail: listOf(meeting)});

    return isSure ? values : null;
}

/**
 * Those that were refused as they would be stranded can be told all the same.
 * @param {import('./bulk_run.js').Refusal[]} refused
 */
function confirmForce(refused) {
    const detail = h('ul', {class: 'meeting'}, refused.slice(0, 10).map((refusal) => h('li', null,
        h('code', null, refusal.mac), ' ', h('bdi', null, visible(refusal.message, 300)))));

    return confirmAction({title: 'Refused', danger: true, detail, action: 'Do it all the same',
        sentence: `It was refused for ${devicesOf(refused.length)}, for the reasons below.`});
}

/**
 * @param {{onDone: () => void, onAll: () => void, onNone: () => void}} told
 */
export function createBulk(told) {
    /** @type {import('./bulk_target.js').Target|null} */
    let target = null;
    const words = h('span', {class: 'bulk-words', role: 'status'});
    const choice = h('select', {'aria-label': 'What to do with the selection'},
        actions.map((action) => h('option', {value: action.key}, `${action.title} …`)));
    const progress = h('progress', {max: 1, value: 0, hidden: true, 'aria-label': 'Progress'});
    const go = h('button', {type: 'button', class: 'primary'}, 'Go');
    const all = h('button', {type: 'button', on: {click: () => told.onAll()}});
    const none = h('button', {type: 'button', on: {click: () => told.onNone()}}, 'Choose none');
    const element = h('div', {class: 'bulk', role: 'group', 'aria-label': 'Selection'},
        words, all, none, choice, go, progress);

    go.addEventListener('click', () => attempt(go, run));

    async function run() {
        const action = actions.find((one) => one.key === choice.value);
        const whom = target;

        if (action === undefined || whom === null)
            return;
        const values = await prepare(action, whom);

        if (values === null)
            return;
        if (action.command !== undefined) {
            const commands = await commandAll(action.command, whom);

            notify(`${action.title}: ${devicesOf(commands.length)} got the command.`);
        } else if (action.mark !== undefined) {
            await mark(action.title, action.mark(values), await macsOf(whom));
        }
        told.onDone();
    }

    /**
     * @param {string} title
     * @param {import('./bulk_run.js').Mark} what
     * @param {string[]} macs
     */
    async function mark(title, what, macs) {
        const onProgress = (/** @type {number} */ done, /** @type {number} */ total) => {
            progress.max = total;
            progress.value = done;
        };

        progress.hidden = false;
        try {
            let {done, refused} = await markAll(what, macs, {force: false, onProgress});
            const forcible = refused.filter((refusal) => refusal.canForce);

            if (forcible.length > 0 && await confirmForce(forcible)) {
                const again = await markAll(what, forcible.map((refusal) => refusal.mac),
                    {force: true, onProgress});

                done += again.done;
                refused = [...refused.filter((refusal) => !refusal.canForce), ...again.refused];
            }
            notify(outcomeOf(title, done, refused));
        } finally {
            progress.hidden = true;
        }
    }

    return {
        element,
        /**
         * @param {import('./bulk_target.js').Target|null} next
         * @param {number} total how many meet the filter
         */
        show: (next, total) => {
            target = next;
            element.hidden = next === null;
            if (next === null)
                return;
            const n = next.kind === 'filter' ? next.total : next.devices.length;

            replace(words, `${devicesOf(n)} chosen`);
            replace(all, `Choose all ${total.toLocaleString('en')} that meet the filter`);
            all.hidden = next.kind === 'filter' || n >= total;
        },
    };
}
