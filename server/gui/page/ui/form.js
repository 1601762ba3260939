// Fields with their labels, hints and errors.

import {h, replace} from './dom.js';

/**
 * @typedef {{
 *     name: string, label: string,
 *     type?: 'text' | 'password' | 'number' | 'select' | 'checkbox' | 'textarea' | 'file' |
 *         'datetime-local' | 'date' | 'time' | 'url',
 *     value?: string | number | boolean | null,
 *     options?: (string | {value: string, label: string})[],
 *     required?: boolean, readonly?: boolean, hint?: string, placeholder?: string, autocomplete?: string,
 *     min?: number, max?: number, maxlength?: number, pattern?: string, accept?: string
 * }} Field
 */
/** @typedef {{[name: string]: any}} Values text; number or null; boolean of a checkbox; File or null */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

let made = 0;

/**
 * @param {Field} field
 * @param {string} id
 * @param {string | null} describedBy
 * @returns {Control}
 */
function controlOf(field, id, describedBy) {
    const type = field.type ?? 'text';
    const common = {id, name: field.name, required: field.required && type !== 'checkbox',
        'aria-describedby': describedBy, placeholder: field.placeholder,
        autocomplete: field.autocomplete ?? 'off', maxlength: field.maxlength};

    if (type === 'select') {
        return h('select', {...common, autocomplete: null},
            (field.options ?? []).map((option) => {
                const {value, label} = typeof option === 'string' ? {value: option, label: option}
                    : option;
                return h('option', {value, selected: value === field.value}, label);
            }));
    }
    if (type === 'textarea') {
        const area = h('textarea', {...common, rows: 4, spellcheck: 'false'});

        area.value = String(field.value ?? '');
        return area;
    }
    const input = h('input', {...common, type, min: field.min, max: field.max, accept: field.accept,
        pattern: field.pattern, readonly: field.readonly, spellcheck: 'false',
        step: type === 'number' ? 'any' : null});

    if (type === 'checkbox')
        input.checked = field.value === true;
    else if (type !== 'file')
        input.value = String(field.value ?? '');
    return input;
}

/**
 * @param {Control} control
 * @returns {any}
 */
function valueOf(control) {
    if (!(control instanceof HTMLInputElement))
        return control.value;
    if (control.type === 'checkbox')
        return control.checked;
    if (control.type === 'file')
        return control.files?.[0] ?? null;
    if (control.type === 'number')
        return control.value === '' ? null : Number(control.value);
    return control.value;
}

/** @param {Field} field */
function rowOf(field) {
    const id = `field-${++made}`;
    const hint = field.hint ? h('p', {class: 'field-hint', id: `${id}-hint`}, field.hint) : null;
    const control = controlOf(field, id, hint ? hint.id : null);
    const label = h('label', {for: id}, field.label,
        field.required ? null : field.type === 'checkbox' ? null : h('span', {class: 'optional'},
            ' (optional)'));
    const isBox = field.type === 'checkbox';

    return {control, element: h('div', {class: isBox ? 'field field-box' : 'field'},
        isBox ? [control, label] : [label, control], hint)};
}

/**
 * A form. Its fields are checked when it is sent: by their own terms, then by `check`, which says
 * what is wrong, or null.
 * @param {{
 *     fields: Field[], action: string, danger?: boolean,
 *     check?: (values: Values) => string | null | undefined,
 *     onSubmit: (values: Values) => void | Promise<void>, buttons?: HTMLElement[]
 * }} terms onSubmit: what it throws is shown in the form, which can be sent again
 */
export function createForm({fields, action, danger, check, onSubmit, buttons}) {
    const rows = fields.map(rowOf);
    const error = h('p', {class: 'form-error', role: 'alert'});
    const submit = h('button', {type: 'submit', class: danger ? 'danger' : 'primary'}, action);
    const values = () => /** @type {Values} */ (Object.fromEntries(
        rows.map(({control}) => [control.name, valueOf(control)])));

    /** @param {string | null | undefined} text */
    const showError = (text) => replace(error, text);

    /** @param {Event} event */
    const send = async (event) => {
        event.preventDefault();
        if (submit.getAttribute('aria-disabled') === 'true')
            return;
        const given = values();
        const wrong = check?.(given);

        showError(wrong);
        if (wrong)
            return;
        submit.setAttribute('aria-disabled', 'true');
        submit.setAttribute('aria-busy', 'true');
        try {
            await onSubmit(given);
        } catch (failure) {
            showError(failure instanceof Error ? failure.message : String(failure));
        } finally {
            submit.removeAttribute('aria-disabled');
            submit.removeAttribute('aria-busy');
        }
    };
    const element = h('form', {class: 'form', on: {submit: send}}, rows.map((row) => row.element),
        error, h('div', {class: 'form-buttons'}, submit, buttons));

    return {element, values, showError, submit, controls: rows.map((row) => row.control)};
}
