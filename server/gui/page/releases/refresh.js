// Keeps what a page shows up to date: reads it anew when something has happened.

import {subscribe} from '../api/live.js';
import {replace} from '../ui/dom.js';

const AT_LEAST_MS = 700; // between two readings

/**
 * @template T
 * @param {{
 *     read: (signal: AbortSignal) => Promise<T>, show: (value: T) => void,
 *     onError: (error: unknown) => void, everyMs?: number,
 *     concerns?: (event: import('../api/live.js').LiveEvent) => boolean
 *}} terms show: called only if the answer is another than before; everyMs: also without an event;
 *     concerns: whether an event asks for it, else each does
 * @returns {{now: () => Promise<void>, close: () => void}}
 */
export function keepFresh({read, show, onError, everyMs, concerns}) {
    const control = new AbortController();
    let shown = '';
    let timer = 0;
    let isReading = false;
    let isWanted = false;

    const now = async () => {
        if (isReading) {
            isWanted = true;
            return;
        }
        isReading = true;
        isWanted = false;
        try {
            const value = await read(control.signal);
            const text = JSON.stringify(value);

            if (text !== shown && !control.signal.aborted)
                show(value);
            shown = text;
        } catch (error) {
            if (!control.signal.aborted)
                onError(error);
        } finally {
            isReading = false;
        }
        if (isWanted)
            later();
    };
    const later = () => {
        if (timer !== 0 || control.signal.aborted)
            return;
        timer = window.setTimeout(() => {
            timer = 0;
            now();
        }, AT_LEAST_MS);
    };
    const stop = subscribe((event) => {
        if (event.kind === 'gap' || !concerns || concerns(event))
            later();
    });
    const interval = everyMs ? window.setInterval(() => {
        if (!document.hidden)
            later();
    }, everyMs) : 0;

    return {
        now,
        close: () => {
            control.abort();
            stop();
            clearTimeout(timer);
            clearInterval(interval);
        },
    };
}

/**
 * As replace, but the focus stays on what has the same data-focus.
 * @param {Element} place
 * @param {...import('../ui/dom.js').Child} children
 */
export function replaceKeepingFocus(place, ...children) {
    const focused = document.activeElement;
    const key = focused !== null && place.contains(focused) &&
        (focused instanceof HTMLElement || focused instanceof SVGElement) ? focused.dataset.focus : undefined;

    replace(place, ...children);
    if (key === undefined)
        return;
    const again = place.querySelector(`[data-focus="${CSS.escape(key)}"]`);

    if (again instanceof HTMLElement || again instanceof SVGElement)
        again.focus({preventScroll: true});
}
