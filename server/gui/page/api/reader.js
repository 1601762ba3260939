// Reads what a page shows: at once, when somebody changes it, and every few seconds.

import {subscribe} from './live.js';

const COALESCE_MS = 150;
const PAUSES = 3;

/**
 * Runs `read` now and whenever it is worth while, never twice at a time. What comes meanwhile leads to
 * one more run. While the page is hidden nothing is read; once it is seen again it is.
 * @param {(signal: AbortSignal) => Promise<void>} read
 * @param {{everyMs: number, concerns: (what: any) => boolean, onFailure: (error: unknown) => void}} terms
 *   `concerns` judges what the live stream says; a gap always leads to a run
 * @returns {{now: () => void, close: () => void}}
 */
export function keepRead(read, {everyMs, concerns, onFailure}) {
    const abort = new AbortController();
    let busy = false;
    let again = false;
    let tookMs = 0;
    let isSoon = false; // a run is planned that what comes now is part of
    let told = ''; // of the last failure: the same is not told at each try
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    async function run() {
        if (busy || abort.signal.aborted) {
            again = true;
            return;
        }
        const beganMs = performance.now();

        busy = true;
        again = isSoon = false;
        try {
            await read(abort.signal);
            told = '';
        } catch (error) {
            const text = error instanceof Error ? error.message : String(error);

            if (!abort.signal.aborted && text !== told)
                onFailure(error);
            told = text;
        }
        busy = false;
        tookMs = performance.now() - beganMs;
        plan(everyMs);
        if (again)
            planSoon();
    }
    /** @param {number} afterMs */
    function plan(afterMs) {
        clearTimeout(timer);
        if (!abort.signal.aborted)
            timer = setTimeout(() => (document.hidden ? plan(everyMs) : void run()), afterMs);
    }
    // A long list is not read without a pause because something changes all the time.
    function planSoon() {
        if (!isSoon)
            plan(Math.max(COALESCE_MS, PAUSES * tookMs));
        isSoon = true;
    }
    const seen = () => {
        if (!document.hidden)
            void run();
    };
    const leave = subscribe((/** @type {any} */ what) => {
        if (what.kind === 'gap' || concerns(what)) {
            again = true;
            if (!busy)
                planSoon();
        }
    });

    document.addEventListener('visibilitychange', seen);
    void run();
    return {
        now: () => void run(),
        close() {
            abort.abort();
            clearTimeout(timer);
            leave();
            document.removeEventListener('visibilitychange', seen);
        },
    };
}
