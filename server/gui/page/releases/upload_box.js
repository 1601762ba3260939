// Upload by drop: each file with its progress, and what the daemon verified before it counts.

import {get, upload} from '../api/client.js';
import {badge} from '../ui/badge.js';
import {askForm} from '../ui/dialog.js';
import {h, replace} from '../ui/dom.js';
import {bytesOf, nameOf} from '../ui/format.js';
import {attempt} from '../ui/work.js';
import {publishImage} from './image_actions.js';
import {findings, mayPublish, refuseFile} from './upload_check.js';

/** @typedef {import('./release_types.js').Image} Image */
/** @typedef {{name?: string, literal_name?: number, embeds?: string}} Naming */

/**
 * @param {File} file
 * @returns {Promise<string>} hex
 */
async function sha256Of(file) {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());

    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns {Promise<Naming | null>} */
async function askNaming() {
    const values = await askForm({
        title: 'Send it again with more',
        sentence: 'An image of this system brings its name and its key along. Of others, say here what is missing.',
        fields: [
            {name: 'name', label: 'Name', placeholder: 'BOARD-00.00.01', hint: 'The board and the version, as BOARD-00.00.01.'},
            {name: 'literal', label: 'The name is meant by the letter', type: 'checkbox'},
            {name: 'embeds', label: 'Public key that it carries', type: 'textarea', hint: 'PEM, if none can be found in it.'},
        ],
        action: 'Send it',
    });

    if (values === null)
        return null;
    return {
        ...(values.name.trim() === '' ? {} : {name: values.name.trim()}), ...(values.literal ? {literal_name: 1} : {}),
        ...(values.embeds.trim() === '' ? {} : {embeds: values.embeds}),
    };
}

/**
 * @param {HTMLElement} place of the file
 * @param {Image & {already_there?: boolean}} image
 * @param {File} file
 * @param {() => void} onChange
 */
async function showOutcome(place, image, file, onChange) {
    const [verdict, chain, local] = await Promise.all([
        get(`/images/${encodeURIComponent(image.name)}/verify`), get(`/chains/${encodeURIComponent(image.board)}`),
        sha256Of(file),
    ]);
    const list = findings(image, verdict, local);
    const isGood = mayPublish(list) && image.state !== 'published';
    /** @type {HTMLButtonElement} */
    const publish = h('button', {type: 'button', class: 'primary', on: {click: () => attempt(publish, async () => {
        if (await publishImage(image, chain)) {
            publish.remove();
            onChange();
        }
    })}}, 'Publish…');

    replace(place,
        h('p', null, nameOf(image.name), ` was ${image.already_there ? 'there already' : 'added'}, ${image.state === 'published' ? 'and is published' : 'and is offered to nobody yet'}. What the daemon verified:`),
        h('ul', {class: 'findings'}, list.map((finding) => h('li', null, badge(finding.kind, finding.text)))),
        h('div', {class: 'form-buttons'}, isGood ? publish : null,
            h('a', {class: 'button', href: `#/releases/${encodeURIComponent(image.board)}?image=${encodeURIComponent(image.name)}`},
                'Show it in its chain')));
}

/**
 * @param {File} file
 * @param {HTMLElement} place
 * @param {Naming} naming
 * @param {() => void} onChange
 */
async function send(file, place, naming, onChange) {
    const bar = h('progress', {max: file.size, value: 0, 'aria-label': `Upload of ${file.name}`});
    const word = h('span', null, `0 of ${bytesOf(file.size)}`);

    replace(place, bar, ' ', word);
    try {
        const image = await upload('/images', file, {
            query: {...naming},
            onProgress: (sent) => {
                bar.value = sent;
                replace(word, sent >= file.size ? 'sent; the daemon verifies it' : `${bytesOf(sent)} of ${bytesOf(file.size)}`);
            },
        });

        onChange();
        await showOutcome(place, image, file, onChange);
    } catch (error) {
        const again = h('button', {type: 'button', on: {click: async () => {
            const more = await askNaming();

            if (more !== null)
                send(file, place, more, onChange);
        }}}, 'Send it again with a name or a key…');

        replace(place, h('p', {role: 'alert'}, badge('bad', 'refused'), ' ', error instanceof Error ? error.message : String(error)),
            h('div', {class: 'form-buttons'}, again));
    }
}

/**
 * @param {{onChange: () => void}} terms onChange: there is an image more, or one was published
 * @returns {HTMLElement}
 */
export function createUploadBox({onChange}) {
    const list = h('ul', {class: 'uploads', 'aria-live': 'polite'});
    const input = h('input', {type: 'file', id: 'upload-file', multiple: true});
    /** @param {FileList | null | undefined} files */
    const take = async (files) => {
        for (const file of files ?? []) {
            const place = h('div', null);
            const reason = refuseFile(file);

            list.prepend(h('li', {class: 'upload'}, h('strong', null, nameOf(file.name)), place));
            if (reason !== null)
                replace(place, h('p', {role: 'alert'}, badge('bad', reason)));
            else
                await send(file, place, {}, onChange);
        }
    };
    /** @param {DragEvent} event @param {boolean} isOver */
    const drag = (event, isOver) => {
        event.preventDefault();
        zone.classList.toggle('drop-over', isOver);
    };
    const zone = h('div', {class: 'drop', on: {
        dragover: (event) => drag(event, true), dragleave: (event) => drag(event, false),
        drop: (event) => {
            drag(event, false);
            take(event.dataTransfer?.files);
        },
    }}, h('label', {for: 'upload-file'}, 'Drop signed images here, or choose them: '), input);

    input.addEventListener('change', async () => {
        await take(input.files);
        input.value = '';
    });
    return h('section', {class: 'card', 'aria-label': 'Upload'}, h('h2', null, 'Upload'), zone,
        h('p', {class: 'field-hint'}, 'An image that was uploaded is offered to no device before it is published.'), list);
}
