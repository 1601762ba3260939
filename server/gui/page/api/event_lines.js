// The lines of a stream of events (HTML, 9.2.6), as far as the daemon sends them.

/** @typedef {{type: string, data: string, id: string}} StreamEvent type: "" if none was given */

/**
 * Takes the stream in pieces as they come.
 * @param {(event: StreamEvent) => void} onEvent
 * @param {(id: string) => void} onId with each id, also one without an event
 */
export function createEventLines(onEvent, onId) {
    let rest = '';
    let type = '';
    let id = '';
    /** @type {string[]} */
    let data = [];

    /** @param {string} line */
    const take = (line) => {
        if (line === '') {
            if (data.length > 0)
                onEvent({type, data: data.join('\n'), id});
            if (id !== '')
                onId(id);
            type = '';
            data = [];
            return;
        }
        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');

        if (name === 'data')
            data.push(value);
        else if (name === 'event')
            type = value;
        else if (name === 'id' && !value.includes('\0'))
            id = value;
    };

    /** @param {string} piece */
    return (piece) => {
        const lines = (rest + piece).split('\n');

        rest = /** @type {string} */ (lines.pop());
        for (const line of lines)
            take(line.endsWith('\r') ? line.slice(0, -1) : line);
    };
}
