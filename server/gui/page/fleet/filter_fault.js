// Where a filter is wrong, as the daemon says it.

/**
 * @typedef {object} Fault
 * @property {number|null} column in characters, from 1
 * @property {string} text
 */

/**
 * "filter, column 6: expected a value" is column 6 and what was expected there.
 * @param {string} message
 * @returns {Fault}
 */
export function faultOf(message) {
    const match = /^filter(?: \d+)?, column (\d+): (.*)$/s.exec(message);

    return match ? {column: Number(match[1]), text: match[2]} : {column: null, text: message};
}

/**
 * The filter's text before the column, the character there, and what follows. At the end of the
 * text the character is empty.
 * @param {string} filter
 * @param {number} column
 * @returns {[string, string, string]}
 */
export function splitAt(filter, column) {
    const characters = [...filter];
    const at = Math.min(Math.max(column, 1) - 1, characters.length);

    return [characters.slice(0, at).join(''), characters[at] ?? '',
        characters.slice(at + 1).join('')];
}
