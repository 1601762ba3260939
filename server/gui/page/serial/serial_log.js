// What a board prints while it starts: bytes to lines, and what a line says of the board.

/** Longer lines are cut. */
export const LINE_MAX = 512;

const DIRT_SHARE = 0.2;
const TAIL_LEAST = 8; // what follows dirt in its line, and is no dirt by all likelihood
const CUT = "…";

// Colours of the SDK's log.
const COLOUR = /\x1b\[[0-9;]*m/g;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/g;

/**
 * @param {string} text
 * @returns {string | null} fit to be shown; null: nothing but dirt. The ROM prints at 74880 bits per
 * second, before the program does at 115200, and then without the end of a line.
 */
export function cleanLine(text) {
    const plain = text.replace(COLOUR, "").replace(/\t/g, "    ").trimEnd();
    const foreign = plain.match(CONTROL)?.length ?? 0;
    if (foreign <= plain.length * DIRT_SHARE)
        return plain === "" ? null : plain.replace(CONTROL, "\ufffd");
    const tail = plain.split(CONTROL).at(-1) ?? "";
    return tail.length < TAIL_LEAST ? null : tail;
}

export class SerialLog {
    #decoder = new TextDecoder();
    #text = "";
    #isCut = false;
    #onLine;

    /** @param {(line: string) => void} onLine */
    constructor(onLine) {
        this.#onLine = onLine;
    }

    /** @param {Uint8Array} bytes */
    feed(bytes) {
        const pieces = this.#decoder.decode(bytes, {stream: true}).split(/\r\n|\r|\n/);
        pieces.forEach((piece, index) => {
            if (index > 0)
                this.#end();
            this.#add(piece);
        });
    }

    /** @param {string} piece */
    #add(piece) {
        this.#isCut ||= this.#text.length + piece.length > LINE_MAX;
        this.#text = (this.#text + piece).slice(0, LINE_MAX);
    }

    #end() {
        const line = cleanLine(this.#text);
        if (line !== null)
            this.#onLine(this.#isCut ? line + CUT : line);
        this.#text = "";
        this.#isCut = false;
    }
}

/** @type {[RegExp, string][]} */
const FAILURES = [
    [/No bootable app partitions|image at 0x[0-9a-f]+ has invalid/, "the boot loader finds no image that it can start"],
    [/Failed to verify partition table|load partition table error/, "the boot loader cannot read the partition table"],
    [/cannot run: /, "the image cannot run"],
];

/**
 * @param {string} line dirt may stand before it
 * @returns {{kind: "online" | "failed" | "other", text: string}}
 */
export function judgeLine(line) {
    if (/online broker=\S+ image=/.test(line))
        return {kind: "online", text: line};
    const failure = FAILURES.find(([pattern]) => pattern.test(line));
    if (failure !== undefined)
        return {kind: "failed", text: `${failure[1]}: ${line}`};
    return {kind: "other", text: line};
}
