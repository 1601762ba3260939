// Whether the log is whole, and the anchor that shows it later.

import {get} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {nameOf} from '../ui/format.js';
import {button, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';

const ANCHOR = /^[0-9]+:[0-9a-f]{64}$/;

/**
 * @param {{whole: boolean, head: {number: number, anchor: string}, bad: number | null,
 *     reason: string | null}} answer
 */
function outcomeOf(answer) {
    if (!answer.whole)
        return h('p', {}, badge('bad', `row ${answer.bad} is bad`), ' ', nameOf(answer.reason, 300));
    return h('div', {},
        h('p', {}, badge('good', 'whole'), ` ${answer.head.number} rows, none removed, altered or moved.`),
        h('p', {}, 'Keep this anchor elsewhere: with it a log that was cut off shows later, too.'),
        h('p', {}, h('code', {class: 'anchor'}, answer.head.anchor)));
}

/** The part of the page that verifies. */
export function verifyPart() {
    const outcome = h('div', {role: 'status'});
    const anchor = h('input', {type: 'text', spellcheck: 'false', autocomplete: 'off',
        'aria-label': 'Anchor from earlier (optional)', placeholder: 'anchor from earlier (optional)'});
    const verify = button('Verify', (made) => attempt(made, async () => {
        const text = anchor.value.trim();

        if (text !== '' && !ANCHOR.test(text)) {
            replace(outcome, h('p', {}, badge('warn', 'no anchor'),
                ' An anchor is a number, a colon and 64 hex digits.'));
            return;
        }
        replace(outcome, h('p', {}, badge('busy', 'reads the whole log')));
        try {
            replace(outcome, outcomeOf(await get('/audit/verify', {anchor: text || null})));
        } catch (error) {
            replace(outcome);
            throw error;
        }
    }));

    return section('Is it whole?', h('p', {class: 'form-line'}, anchor, verify), outcome);
}
