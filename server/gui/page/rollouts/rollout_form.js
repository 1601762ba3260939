// A new rollout in one form: what, to whom, on which terms; whom it meets is shown before it begins.

import {ApiError, post} from '../api/client.js';
import {h, replace} from '../ui/dom.js';
import {notify} from '../ui/notice.js';
import {attempt} from '../ui/work.js';
import {toBody} from './rollout_body.js';
import {KINDS, TERMS, WHO} from './rollout_fields.js';
import {showPlan} from './rollout_preview.js';

/** @typedef {import('./rollout_body.js').Values} Values */
/** @typedef {import('./rollout_body.js').Faults} Faults */
/** @typedef {{images: string[], groups: string[], image: string | null}} Choices image: to begin with */

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
function field(name, label, control, hint) {
    const id = `rollout-${name}`;

    control.id = id;
    control.setAttribute('name', name);
    control.setAttribute('aria-describedby', `${id}-hint ${id}-fault`);
    return h('div', {class: 'field', dataset: {field: name}}, h('label', {for: id}, label), control,
        h('p', {class: 'field-hint', id: `${id}-hint`}, hint ?? null), h('p', {class: 'field-fault', id: `${id}-fault`, role: 'alert'}));
}

/**
 * @param {string} name
 * @param {string} legend
 * @param {readonly (readonly [string, string])[]} options
 */
function radios(name, legend, options) {
    return h('fieldset', {class: 'radios'}, h('legend', null, legend), options.map(([value, label], i) =>
        h('label', null, h('input', {type: 'radio', name, value, checked: i === 0}), ` ${label}`)));
}

/** @param {Choices} choices */
function buildFields({images, groups, image}) {
    const option = (/** @type {string} */ value) => h('option', {value, selected: value === image}, value);
    const text = (/** @type {string} */ placeholder) => h('input', {type: 'text', placeholder, autocomplete: 'off', spellcheck: 'false'});

    return [
        field('name', 'Name', text('spring-1'), 'Letters, digits, ".", "_" and "-".'),
        radios('kind', 'It brings', KINDS),
        field('image', 'Image', h('select', null, h('option', {value: ''}, 'Choose…'), images.map(option)),
            'One that is not published yet is published by this, for these devices alone until it is done.'),
        field('patch', 'Settings', h('textarea', {rows: 4, spellcheck: 'false', placeholder: '{"statusinterval": 30000}'}),
            'A JSON merge patch of config.json: null takes a member away.'),
        h('div', {class: 'field', dataset: {field: 'force'}}, h('label', null, h('input', {type: 'checkbox', name: 'force'}),
            ' also an address of which nothing is known')),
        radios('who', 'To', WHO),
        field('group', 'Group', h('select', null, h('option', {value: ''}, 'Choose…'), groups.map((group) => h('option', {value: group}, group)))),
        field('filter', 'Filter', text('tag=office image=*-00.00.01'), 'In the language of the fleet’s filter.'),
        h('details', {class: 'terms'}, h('summary', null, 'Terms: phases, pace, when it pauses. What is left empty is as shown.'),
            h('div', {class: 'terms-fields'}, TERMS.map((one) => one.type === 'checkbox'
                ? h('div', {class: 'field'}, h('label', null, h('input', {type: 'checkbox', name: one.name}), ` ${one.label}`))
                : field(one.name, one.label, one.type === 'datetime-local' ? h('input', {type: 'datetime-local'}) : text(one.placeholder ?? ''), one.hint)))),
    ];
}

/**
 * @param {HTMLFormElement} form
 * @returns {Values}
 */
function valuesOf(form) {
    const data = new FormData(form);
    const names = ['name', 'kind', 'image', 'who', 'filter', 'group', 'patch', ...TERMS.filter((one) => one.type !== 'checkbox').map((one) => one.name)];

    return /** @type {Values} */ (/** @type {unknown} */ ({
        ...Object.fromEntries(names.map((name) => [name, String(data.get(name) ?? '')])),
        force: data.has('force'), canaries_first: data.has('canaries_first'),
    }));
}

/**
 * Hides what the choices leave without a meaning.
 * @param {HTMLFormElement} form
 */
function fit(form) {
    const {kind, who} = valuesOf(form);
    /** @type {{[name: string]: boolean}} */
    const wanted = {image: kind === 'image', patch: kind === 'config', force: kind === 'config', group: who === 'group', filter: who === 'filter'};

    for (const [name, isWanted] of Object.entries(wanted))
        form.querySelector(`[data-field="${name}"]`)?.toggleAttribute('hidden', !isWanted);
}

/**
 * @param {HTMLFormElement} form
 * @param {Faults} faults
 */
function showFaults(form, faults) {
    let isFirst = true;

    for (const place of form.querySelectorAll('.field-fault')) {
        const name = place.id.slice('rollout-'.length, -'-fault'.length);
        const control = form.querySelector(`#rollout-${name}`);

        replace(place, faults[name] ?? null);
        control?.toggleAttribute('aria-invalid', name in faults);
        if (!(name in faults) || !isFirst || !(control instanceof HTMLElement))
            continue;
        isFirst = false;
        control.closest('details')?.setAttribute('open', '');
        control.focus();
    }
}

/**
 * @param {HTMLFormElement} form
 * @returns {import('./rollout_body.js').Body | null} null: something is wrong, and is shown
 */
function read(form) {
    const {body, faults} = toBody(valuesOf(form));

    showFaults(form, faults);
    return Object.keys(faults).length === 0 ? body : null;
}

/**
 * @param {Choices} choices
 * @param {{onDone: (name: string) => void}} terms onDone: it has begun
 * @returns {HTMLElement}
 */
export function createRolloutForm(choices, {onDone}) {
    const plan = h('div', {'aria-live': 'polite'});
    /** @type {string | null} the body of which the plan is shown */
    let seen = null;
    /** @type {HTMLButtonElement} */
    const look = h('button', {type: 'submit', class: 'primary'}, 'Show whom it meets');
    /** @type {HTMLButtonElement} */
    const begin = h('button', {type: 'button', class: 'primary', hidden: true, on: {click: () => attempt(begin, start)}}, 'Begin');
    const form = h('form', {class: 'form rollout-form', novalidate: true, on: {
        submit: (event) => {
            event.preventDefault();
            attempt(look, preview);
        },
        input: () => {
            fit(form);
            forget();
        },
    }}, buildFields(choices), plan, h('div', {class: 'form-buttons'}, look, begin));

    const forget = () => {
        seen = null;
        begin.hidden = true;
        look.classList.add('primary');
        replace(plan);
    };
    const preview = async () => {
        const body = read(form);

        forget();
        if (body === null)
            return;
        try {
            const answer = await post('/rollouts', {body: {...body, dry_run: true}});

            seen = JSON.stringify(body);
            replace(plan, showPlan(answer, body.canaries_first === true));
            begin.hidden = answer.count === 0;
            look.classList.toggle('primary', begin.hidden);
            replace(begin, `Begin with ${answer.count.toLocaleString('en')} device${answer.count === 1 ? '' : 's'}`);
            (begin.hidden ? look : begin).focus();
        } catch (error) {
            if (!(error instanceof ApiError))
                throw error;
            replace(plan, h('p', {role: 'alert', class: 'form-error'}, error.message));
        }
    };
    const start = async () => {
        if (seen === null)
            return;
        const {name} = await post('/rollouts', {body: JSON.parse(seen), key: true});

        notify(`Rollout ${name} has begun.`);
        onDone(name);
    };

    fit(form);
    return form;
}
