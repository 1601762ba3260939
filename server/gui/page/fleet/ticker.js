// Work that is done again and again, and sooner when something was told; never twice at a time, and
// not while nobody looks.

const SOON_MS = 500;

/**
 * What the work throws is passed over: the page shows that the connection is lost, and it is tried
 * again.
 * @param {number} everyMs
 * @param {() => Promise<void>} work
 * @returns {{soon: () => void, close: () => void}}
 */
export function createTicker(everyMs, work) {
    let isClosed = false;
    let isBusy = false;
    let dueMs = Date.now() + everyMs;
    /** @type {ReturnType<typeof setTimeout>} */
    let timer = setTimeout(run, everyMs);

    /** @param {number} ms */
    function plan(ms) {
        clearTimeout(timer);
        dueMs = Date.now() + ms;
        timer = setTimeout(run, ms);
    }

    async function run() {
        if (isBusy || isClosed)
            return;
        isBusy = true;
        plan(everyMs);
        if (!globalThis.document?.hidden) {
            try {
                await work();
            } catch {
                // The next time.
            }
        }
        isBusy = false;
        if (!isClosed && Date.now() >= dueMs)
            plan(everyMs);
    }

    return {
        soon: () => {
            if (!isClosed && dueMs - Date.now() > SOON_MS)
                plan(SOON_MS);
        },
        close: () => {
            isClosed = true;
            clearTimeout(timer);
        },
    };
}
