// A backup of all that the daemon has, as a file for the browser to save.

import {postForBlob} from '../api/download.js';
import {confirmAction} from '../ui/dialog.js';
import {h, replace} from '../ui/dom.js';
import {bytesOf, nameOf, timeOf} from '../ui/format.js';
import {notify} from '../ui/notice.js';
import {button, rowsOf, section} from '../ui/rows.js';
import {attempt} from '../ui/work.js';

const SHOWN = 5;

/**
 * As the command line names them: "secureesp-20260102T030405Z.tar".
 * @param {number} nowMs
 */
export function fileNameOf(nowMs) {
    return `secureesp-${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.tar`;
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
    const url = URL.createObjectURL(blob);
    const link = h('a', {href: url, download: name});

    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/**
 * @param {HTMLElement} said
 * @returns {Promise<void>}
 */
async function download(said) {
    const isSure = await confirmAction({
        title: 'Download a backup',
        sentence: 'The file holds database, images and secrets of the whole fleet, and is not encrypted. ' +
            'Keep it where nobody else reads it. (secureesp backup create encrypts.)',
        action: 'Download',
    });

    if (!isSure)
        return;
    try {
        const blob = await postForBlob('/backup', (n) => replace(said, ` ${bytesOf(n)} so far`));
        const name = fileNameOf(Date.now());

        save(blob, name);
        notify(`${name}, ${bytesOf(blob.size)}, is whole`);
    } finally {
        replace(said);
    }
}

/**
 * @param {{at_ms: number, who: string, user: string | null}[]} made rows of the audit log
 * @param {boolean} mayMake
 * @param {() => void} onMade
 */
export function backupPart(made, mayMake, onMade) {
    const said = h('span', {role: 'status'});
    const last = made.slice(-SHOWN).reverse();
    const make = button('Download a backup…', (it) => attempt(it, async () => {
        await download(said);
        onMade();
    }));

    return section('Backups',
        rowsOf('Backups', ['Made', 'By'], last.map((it) => [timeOf(it.at_ms), nameOf(it.who)]),
            'None was made within 90 days.'),
        mayMake ? h('p', {class: 'buttons'}, make, said) : null);
}
