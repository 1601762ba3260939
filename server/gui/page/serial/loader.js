// The ESP8266's boot ROM: how a board gets into it, and its commands. Only what the ROM itself can do:
// no program is loaded into the board's RAM. The protocol:
// https://docs.espressif.com/projects/esptool/en/latest/esp8266/advanced-topics/serial-protocol.html

import {LateError, LineError, pause} from "./line.js";
import {SlipReader, slipWrap} from "./slip.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {{operation: number, value: number, data: Uint8Array}} Reply */

export const FLASH_BEGIN = 0x02;
export const FLASH_DATA = 0x03;
export const SYNC = 0x08;
export const WRITE_REG = 0x09;
export const READ_REG = 0x0a;

export const CHECKSUM_ERROR = 0x07;

const HEADER_SIZE = 8;
const STATUS_SIZE = 2;
const CHIP_REGISTER = 0x40001000;
const CHIP_ESP8266 = 0xfff0c101;

// The ROM has no command for the speed: it measures that of the first SYNC after a reset. Some USB
// bridges and cables are bad at the higher one.
const SPEEDS = [460800, 460800, 115200, 115200, 115200];
const SYNCS = 6; // after each reset

/** Milliseconds; a test may choose others. */
export const TIMES = {
    reset: 100, // that the chip is held in reset
    strap: 50, // that GPIO0 is held low afterwards
    sync: 150,
    quiet: 60, // after SYNC: the ROM answers it eight times
    command: 3000,
};

/** @type {Record<number, string>} */
const REASONS = {
    0x05: "the boot loader does not know this command",
    0x06: "the boot loader could not carry it out",
    0x07: "bytes changed on the way (checksum)",
    0x08: "the flash did not take what was written",
    0x09: "the flash cannot be read",
};

/** The boot ROM refused a command. */
export class RefusedError extends LineError {
    /** @param {number} code the ROM's */
    constructor(code) {
        super(REASONS[code] ?? `the boot loader refuses it (error ${code})`);
        this.code = code;
    }
}

/**
 * @param {...number} words 32 bits each
 * @returns {Uint8Array} little-endian
 */
export function wordsToBytes(...words) {
    const bytes = new Uint8Array(words.length * 4);
    const view = new DataView(bytes.buffer);
    words.forEach((word, index) => view.setUint32(index * 4, word >>> 0, true));
    return bytes;
}

/**
 * @param {number} operation
 * @param {Uint8Array} data
 * @param {number} checksum
 */
export function encodeCommand(operation, data, checksum) {
    const packet = new Uint8Array(HEADER_SIZE + data.length);
    const view = new DataView(packet.buffer);
    view.setUint8(1, operation);
    view.setUint16(2, data.length, true);
    view.setUint32(4, checksum, true);
    packet.set(data, HEADER_SIZE);
    return packet;
}

/**
 * @param {Uint8Array} packet
 * @returns {Reply | null} null: not a reply, or not a whole one
 */
export function decodeReply(packet) {
    if (packet.length < HEADER_SIZE + STATUS_SIZE || packet[0] !== 1)
        return null;
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    if (view.getUint16(2, true) !== packet.length - HEADER_SIZE)
        return null;
    return {
        operation: view.getUint8(1),
        value: view.getUint32(4, true),
        data: packet.slice(HEADER_SIZE),
    };
}

/**
 * @param {number} mac0 the words of the chip's fuses at 0x3ff00050
 * @param {number} mac1 0x3ff00054
 * @param {number} mac3 0x3ff0005c
 * @returns {string} 12 hex digits, as devices are named
 */
export function macOfFuses(mac0, mac1, mac3) {
    let vendor = mac3 & 0xffffff;
    if (mac3 === 0 && (mac1 >>> 16 & 0xff) === 0)
        vendor = 0x18fe34;
    else if (mac3 === 0 && (mac1 >>> 16 & 0xff) === 1)
        vendor = 0xacd074;
    else if (mac3 === 0)
        throw new LineError("the board's fuses hold no MAC address");
    const rest = (mac1 & 0xffff) << 8 | mac0 >>> 24;
    return vendor.toString(16).padStart(6, "0") + rest.toString(16).padStart(6, "0");
}

export class Loader {
    #line;
    #times;
    #slip = new SlipReader();
    /** @type {Reply[]} */
    #replies = [];
    #onReply = () => {};

    /**
     * @param {Line} line the loader opens it; whoever made it closes it
     * @param {Partial<typeof TIMES>} [times]
     */
    constructor(line, times) {
        this.#line = line;
        this.#times = {...TIMES, ...times};
    }

    /** Resets the board into its boot ROM. */
    async connect() {
        let open = 0;
        for (const speed of SPEEDS) {
            if (open !== speed)
                await this.#line.open(speed);
            open = speed;
            this.#line.onBytes = (bytes) => this.#take(bytes);
            await this.#reset(true);
            if (await this.#sync())
                return this.#checkChip();
        }
        throw new LineError("no ESP8266 answers at this port. Hold the board's FLASH button (or GPIO0 to" +
            " GND) while you plug it in, and try again");
    }

    /** Lets the program start that the flash holds. */
    async run() {
        await this.#reset(false);
    }

    /** @returns {Promise<string>} 12 hex digits */
    async readMac() {
        const mac0 = await this.readRegister(0x3ff00050);
        const mac1 = await this.readRegister(0x3ff00054);
        return macOfFuses(mac0, mac1, await this.readRegister(0x3ff0005c));
    }

    /** @param {number} address */
    async readRegister(address) {
        return (await this.command(READ_REG, wordsToBytes(address))).value;
    }

    /**
     * @param {number} address
     * @param {number} value
     */
    async writeRegister(address, value) {
        await this.command(WRITE_REG, wordsToBytes(address, value, 0xffffffff, 0));
    }

    /**
     * @param {number} operation
     * @param {Uint8Array} data
     * @param {{checksum?: number, ms?: number}} [options] checksum: of the data's contents
     * @returns {Promise<Reply>} throws a RefusedError, or a LineError where no answer comes
     */
    async command(operation, data, options) {
        const checksum = options?.checksum ?? 0;
        this.#replies = [];
        const answer = this.#replyTo(operation, options?.ms ?? this.#times.command);
        answer.catch(() => {}); // the write may fail first
        await this.#line.write(slipWrap(encodeCommand(operation, data, checksum)));
        const reply = await answer;
        const [status, code] = reply.data.slice(-STATUS_SIZE);
        if (status !== 0)
            throw new RefusedError(code);
        return reply;
    }

    /** @param {Uint8Array} bytes */
    #take(bytes) {
        for (const packet of this.#slip.feed(bytes)) {
            const reply = decodeReply(packet);
            if (reply === null)
                continue;
            this.#replies.push(reply);
            this.#onReply();
        }
    }

    /**
     * @param {number} operation answers to others are left over from SYNC
     * @param {number} ms
     * @returns {Promise<Reply>}
     */
    #replyTo(operation, ms) {
        const found = new Promise((/** @type {(reply: Reply) => void} */ resolve) => {
            this.#onReply = () => {
                const reply = this.#replies.find((one) => one.operation === operation);
                if (reply !== undefined)
                    resolve(reply);
            };
        });
        return this.#line.wait(found, ms, "the board does not answer any more");
    }

    /**
     * The usual circuit of two transistors: RTS alone holds the chip in reset, DTR alone pulls GPIO0 low.
     * As it leaves reset the chip looks there whether to start the boot loader.
     * @param {boolean} toLoader
     */
    async #reset(toLoader) {
        await this.#line.setLines(false, true);
        await pause(this.#times.reset);
        this.#slip = new SlipReader();
        await this.#line.setLines(toLoader, false);
        if (!toLoader)
            return;
        await pause(this.#times.strap);
        await this.#line.setLines(false, false);
    }

    async #sync() {
        for (let i = 0; i < SYNCS; i++) {
            if (await this.#isAnswered()) {
                await pause(this.#times.quiet);
                return true;
            }
        }
        return false;
    }

    async #isAnswered() {
        const data = new Uint8Array(36).fill(0x55);
        data.set([0x07, 0x07, 0x12, 0x20]);
        try {
            await this.command(SYNC, data, {ms: this.#times.sync});
            return true;
        } catch (error) {
            // Refused: what the ROM had before was half a packet, of dirt.
            if (error instanceof LateError || error instanceof RefusedError)
                return false;
            throw error;
        }
    }

    async #checkChip() {
        if (await this.readRegister(CHIP_REGISTER) !== CHIP_ESP8266)
            throw new LineError("this board has another chip than an ESP8266");
    }
}
