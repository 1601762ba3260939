// A new board, from the boot ROM to its first status: reads its MAC, writes the parts of its flash,
// looks whether they are there, starts it and follows its log.

import {LateError, Line, LineError} from "./line.js";
import {Loader} from "./loader.js";
import {attachFlash, isWritten, readFlashSize, SECTOR_SIZE, writeFlash} from "./rom_flash.js";
import {judgeLine, SerialLog} from "./serial_log.js";

/** @typedef {import("./line.js").Port} Port */
/** @typedef {{mac: string, flashSize: number}} Board flashSize: bytes */

/**
 * @typedef {object} Part of the flash
 * @property {string} name as a person calls it: "boot loader"
 * @property {number} offset of a sector
 * @property {Uint8Array} data all 0xff: is erased only
 */

/**
 * @typedef {object} Progress
 * @property {string} step "Writing the boot loader"
 * @property {number} done
 * @property {number} total the same for all calls of a step; 0: not known
 */

/**
 * @typedef {object} Options
 * @property {(board: Board) => Promise<Part[]>} partsFor in ascending order. Its errors come out as they are
 * @property {(progress: Progress) => void} onProgress
 * @property {(line: string) => void} onLine of the board's log
 * @property {AbortSignal} [signal]
 * @property {{driver?: number, status?: number, loader?: Partial<typeof import("./loader.js").TIMES>}} [times] ms
 */

const LOG_SPEED = 115200;
const STATUS_MS = 180000; // Wi-Fi, clock, enrolment, the first connection

const HALF = "The board's flash is written in part only: it cannot start before it is written again.";

/** Where it stopped and why; its message is for a person. */
export class BoardError extends Error {
    /**
     * @param {string} step as in Progress
     * @param {string} reason
     * @param {boolean} isHalf whether the flash is written in part only
     */
    constructor(step, reason, isHalf) {
        super(`${step}: ${reason}.${isHalf ? " " + HALF : ""}`);
        this.step = step;
        this.isHalf = isHalf;
    }
}

/**
 * @param {Part[]} parts
 * @param {number} flashSize
 * @returns {string | null} what is wrong with them
 */
export function findBadPart(parts, flashSize) {
    let end = 0;
    for (const {name, offset, data} of parts) {
        if (data.length === 0)
            return `the ${name} is empty`;
        if (offset % SECTOR_SIZE !== 0 || offset < end)
            return `the ${name} does not fit at 0x${offset.toString(16)}`;
        end = offset + data.length;
        if (end > flashSize)
            return `the board's flash has ${flashSize / 2 ** 20} MB only: the ${name} does not fit`;
    }
    return parts.length > 0 ? null : "there is nothing to be written";
}

class Run {
    #options;
    #line;
    #loader;
    step = "Connecting";
    isHalf = false;

    /**
     * @param {Port} port
     * @param {Options} options
     */
    constructor(port, options) {
        this.#options = options;
        this.#line = new Line(port, {signal: options.signal, driverMs: options.times?.driver});
        this.#loader = new Loader(this.#line, options.times?.loader);
    }

    async close() {
        await this.#line.close();
    }

    /** @returns {Promise<Board>} */
    async meet() {
        this.#begin("Connecting");
        await this.#loader.connect();
        this.#begin("Reading the MAC address");
        const mac = await this.#loader.readMac();
        await attachFlash(this.#loader);
        return {mac, flashSize: await readFlashSize(this.#loader)};
    }

    /** @param {Board} board @returns {Promise<Part[]>} */
    async prepare(board) {
        this.#begin("Preparing the files");
        const parts = await this.#options.partsFor(board);
        const bad = findBadPart(parts, board.flashSize);
        if (bad !== null)
            throw new LineError(bad);
        return parts;
    }

    /** @param {Part[]} parts */
    async write(parts) {
        for (const {name, offset, data} of parts) {
            this.#begin(`Writing the ${name}`, data.length);
            this.isHalf = true;
            await writeFlash(this.#loader, offset, data, (done) => this.#tell(done, data.length));
        }
        for (const {name, offset, data} of parts) {
            this.#begin(`Reading back the ${name}`);
            const onProgress = this.#tell.bind(this);
            if (!await isWritten(this.#loader, offset, data, onProgress))
                throw new LineError("the flash does not hold what was written");
        }
        this.isHalf = false;
    }

    /** @returns {Promise<string>} the line of its log that says that it is online */
    async start() {
        this.#begin("Starting the board");
        let last = "";
        const judged = new Promise((resolve, reject) => {
            const log = new SerialLog((line) => {
                last = line;
                this.#options.onLine(line);
                const {kind, text} = judgeLine(line);
                if (kind === "online")
                    resolve(text);
                else if (kind === "failed")
                    reject(new LineError(text));
            });
            this.#line.onBytes = (bytes) => log.feed(bytes);
        });
        judged.catch(() => {}); // it is waited for below
        await this.#line.open(LOG_SPEED);
        await this.#loader.run();
        this.#begin("Waiting for the first status");
        try {
            return await this.#line.wait(judged, this.#options.times?.status ?? STATUS_MS, "it did not come");
        } catch (error) {
            throw this.#withLast(error, last);
        }
    }

    /** @param {unknown} error @param {string} last line of the log */
    #withLast(error, last) {
        if (!(error instanceof LateError))
            return error;
        const said = last === "" ? "the board prints nothing" : `the board's last line is "${last}"`;
        return new LineError(`${error.message}; ${said}`);
    }

    /** @param {string} step @param {number} [total] */
    #begin(step, total = 0) {
        this.step = step;
        this.#tell(0, total);
    }

    /** @param {number} done @param {number} total */
    #tell(done, total) {
        this.#options.onProgress({step: this.step, done, total});
    }
}

/**
 * @param {Port} port closed, as navigator.serial.requestPort() gives it; it is closed again at the end
 * @param {Options} options
 * @returns {Promise<Board>} throws BoardError
 */
export async function writeBoard(port, options) {
    const run = new Run(port, options);
    try {
        const board = await run.meet();
        await run.write(await run.prepare(board));
        await run.start();
        return board;
    } catch (error) {
        if (!(error instanceof LineError))
            throw error;
        throw new BoardError(run.step, error.message, run.isHalf);
    } finally {
        await run.close();
    }
}
