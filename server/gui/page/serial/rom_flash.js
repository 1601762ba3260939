// Writing a board's flash with what its boot ROM can do. It has no digest of what it wrote: a sample of
// it is read back through the registers of the chip's SPI controller.

import {CHECKSUM_ERROR, FLASH_BEGIN, FLASH_DATA, RefusedError, wordsToBytes} from "./loader.js";
import {LineError} from "./line.js";

/** @typedef {import("./loader.js").Loader} Loader */

export const SECTOR_SIZE = 4096;
export const BLOCK_SIZE = 1024; // what the ROM takes at once
export const SAMPLE_SIZE = 64; // the SPI controller's buffer

const SECTORS_PER_BLOCK = 16;
const SAMPLE_EVERY = 65536;
const ATTEMPTS = 3;
const ERASE_MS_LEAST = 10000;
const ERASE_MS_PER_MB = 40000;
const BLANK = 0xff;

const SPI_COMMAND = 0x60000200;
const SPI_ADDRESS = 0x60000204;
const SPI_USER = 0x6000021c;
const SPI_USER1 = 0x60000220;
const SPI_USER2 = 0x60000224;
const SPI_WORD0 = 0x60000240;
const SPI_GO = 1 << 18;
const USER_COMMAND = 1 << 31, USER_ADDRESS = 1 << 30, USER_INPUT = 1 << 28;
const COMMAND_8_BITS = 7 << 28;
const ADDRESS_24_BITS = 23 << 26;
const READ_ID = 0x9f, READ = 0x03; // every SPI flash has them

/** @param {Uint8Array} data @returns {number} as FLASH_DATA wants it */
export function checksumOf(data) {
    return data.reduce((sum, byte) => sum ^ byte, 0xef);
}

/** @param {Uint8Array} data */
export function isBlank(data) {
    return data.every((byte) => byte === BLANK);
}

/**
 * What the ROM is to be told so that it erases so many sectors: it erases those up to the next block of
 * 16 sectors and then counts them once more. Where their number is odd and they lie before that border,
 * one more is erased than asked for.
 * https://github.com/espressif/esptool/blob/master/esptool/targets/esp8266.py, get_erase_size
 * @param {number} offset of a sector
 * @param {number} size
 * @returns {number} bytes
 */
export function eraseSizeFor(offset, size) {
    const sectors = Math.ceil(size / SECTOR_SIZE);
    const toBorder = SECTORS_PER_BLOCK - offset / SECTOR_SIZE % SECTORS_PER_BLOCK;
    const head = Math.min(sectors, toBorder);
    return (sectors < 2 * head ? Math.ceil(sectors / 2) : sectors - head) * SECTOR_SIZE;
}

/**
 * Where to look into what was written: its begin, its end, and every 64 KB.
 * @param {number} size
 * @returns {number[]} offsets within it
 */
export function samplesOf(size) {
    const offsets = [];
    for (let at = 0; at + SAMPLE_SIZE <= size; at += SAMPLE_EVERY)
        offsets.push(at);
    const last = size - SAMPLE_SIZE;
    if (last > 0 && !offsets.includes(last))
        offsets.push(last);
    return offsets.length > 0 ? offsets : [0];
}

/** @param {Loader} loader in connected state */
export async function attachFlash(loader) {
    // The ROM has no command of its own for it.
    await loader.command(FLASH_BEGIN, wordsToBytes(0, 0, BLOCK_SIZE, 0));
}

/**
 * @param {Loader} loader with its flash attached
 * @returns {Promise<number>} bytes
 */
export async function readFlashSize(loader) {
    await runSpi(loader, READ_ID, USER_INPUT, 23 << 8);
    const id = await loader.readRegister(SPI_WORD0);
    const bits = id >>> 16 & 0xff;
    if ((id & 0xff) === 0 || (id & 0xff) === 0xff || bits < 18 || bits > 24)
        throw new LineError("the board's flash does not say what it is");
    return 2 ** bits;
}

/**
 * @param {Loader} loader
 * @param {number} offset
 * @returns {Promise<Uint8Array>} SAMPLE_SIZE bytes
 */
export async function readSample(loader, offset) {
    await loader.writeRegister(SPI_ADDRESS, offset << 8);
    const lengths = ADDRESS_24_BITS | ((SAMPLE_SIZE * 8 - 1) << 8);
    await runSpi(loader, READ, USER_ADDRESS | USER_INPUT, lengths);
    const words = [];
    for (let at = 0; at < SAMPLE_SIZE; at += 4)
        words.push(await loader.readRegister(SPI_WORD0 + at));
    return wordsToBytes(...words);
}

/**
 * @param {Loader} loader
 * @param {number} command
 * @param {number} phases of SPI_USER
 * @param {number} lengths of SPI_USER1
 */
async function runSpi(loader, command, phases, lengths) {
    const user = await loader.readRegister(SPI_USER);
    const user2 = await loader.readRegister(SPI_USER2);
    await loader.writeRegister(SPI_USER1, lengths);
    await loader.writeRegister(SPI_USER, USER_COMMAND | phases);
    await loader.writeRegister(SPI_USER2, COMMAND_8_BITS | command);
    await loader.writeRegister(SPI_WORD0, 0);
    await loader.writeRegister(SPI_COMMAND, SPI_GO);
    for (let i = 0; i < 10; i++) {
        if ((await loader.readRegister(SPI_COMMAND) & SPI_GO) === 0) {
            // As the ROM had them: it writes and erases with them.
            await loader.writeRegister(SPI_USER, user);
            await loader.writeRegister(SPI_USER2, user2);
            return;
        }
    }
    throw new LineError("the board's flash does not answer");
}

/**
 * Erases the sectors that the data will lie in, and writes it, if it is not blank.
 * @param {Loader} loader
 * @param {number} offset of a sector
 * @param {Uint8Array} data
 * @param {(done: number) => void} onProgress bytes
 */
export async function writeFlash(loader, offset, data, onProgress) {
    const blocks = isBlank(data) ? 0 : Math.ceil(data.length / BLOCK_SIZE);
    const begin = wordsToBytes(eraseSizeFor(offset, data.length), blocks, BLOCK_SIZE, offset);
    const ms = Math.max(ERASE_MS_LEAST, Math.ceil(data.length / 2 ** 20 * ERASE_MS_PER_MB));
    await loader.command(FLASH_BEGIN, begin, {ms});
    for (let i = 0; i < blocks; i++) {
        const block = new Uint8Array(BLOCK_SIZE).fill(BLANK);
        block.set(data.subarray(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE));
        await writeBlock(loader, i, block);
        onProgress(Math.min((i + 1) * BLOCK_SIZE, data.length));
    }
    onProgress(data.length);
}

/**
 * @param {Loader} loader
 * @param {number} number
 * @param {Uint8Array} block
 */
async function writeBlock(loader, number, block) {
    const packet = new Uint8Array(16 + block.length);
    packet.set(wordsToBytes(block.length, number));
    packet.set(block, 16);
    for (let attempt = 1; ; attempt++) {
        try {
            await loader.command(FLASH_DATA, packet, {checksum: checksumOf(block)});
            return;
        } catch (error) {
            // With a wrong sum nothing was written yet.
            const again = error instanceof RefusedError && error.code === CHECKSUM_ERROR;
            if (!again || attempt === ATTEMPTS)
                throw error;
        }
    }
}

/**
 * @param {Loader} loader
 * @param {number} offset
 * @param {Uint8Array} data what should be there
 * @param {(done: number, total: number) => void} onProgress samples
 * @returns {Promise<boolean>}
 */
export async function isWritten(loader, offset, data, onProgress) {
    const samples = samplesOf(data.length);
    for (const [index, at] of samples.entries()) {
        const found = await readSample(loader, offset + at);
        const wanted = data.subarray(at, at + SAMPLE_SIZE);
        if (!wanted.every((byte, i) => byte === found[i]))
            return false;
        onProgress(index + 1, samples.length);
    }
    return true;
}
