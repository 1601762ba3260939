// A new board's partition of files, as firmware/core/file_store.c reads it: each file has a place of
// two copies, of which the first is written here.

export const FILE_NAME_MAX = 31;
export const PARTITION_SIZE = 0x40000;
export const COPY_SIZE = 8192;
export const HEADER_SIZE = 48;
export const CONTENTS_MAX = COPY_SIZE - HEADER_SIZE;

const NAME_OFFSET = 12;
const CRC_OFFSET = NAME_OFFSET + FILE_NAME_MAX + 1;
const PLACES = PARTITION_SIZE / COPY_SIZE / 2;
const WIFI_NAME_SIZE = 32;
const WIFI_PASSWORD_SIZE = 64;

/**
 * @param {number} crc 0 at begin
 * @param {Uint8Array} bytes
 * @returns {number} CRC-32 of ISO 3309, as zlib's
 */
export function crc32(crc, bytes) {
    let rest = ~crc;
    for (const byte of bytes) {
        rest ^= byte;
        for (let i = 0; i < 8; i++)
            rest = rest >>> 1 ^ (rest & 1 ? 0xedb88320 : 0);
    }
    return ~rest >>> 0;
}

/**
 * @param {Map<string, Uint8Array>} files by name
 * @returns {Uint8Array} PARTITION_SIZE bytes
 */
export function makePartition(files) {
    const partition = new Uint8Array(PARTITION_SIZE).fill(0xff);
    let at = 0;
    if (files.size > PLACES)
        throw new Error(`A board has no more than ${PLACES} files.`);
    for (const [name, contents] of files) {
        partition.set(headerOf(name, contents), at);
        partition.set(contents, at + HEADER_SIZE);
        at += 2 * COPY_SIZE;
    }
    return partition;
}

/**
 * @param {string} name
 * @param {Uint8Array} contents
 */
function headerOf(name, contents) {
    const header = new Uint8Array(HEADER_SIZE);
    const view = new DataView(header.buffer);
    if (name.length > FILE_NAME_MAX || contents.length > CONTENTS_MAX)
        throw new Error(`${name} is too large: it has ${contents.length} of ${CONTENTS_MAX} bytes.`);
    header.set(new TextEncoder().encode("File"));
    view.setUint32(8, contents.length, true);
    header.set(new TextEncoder().encode(name), NAME_OFFSET);
    const crc = crc32(crc32(0, header.subarray(0, CRC_OFFSET)), contents);
    view.setUint32(CRC_OFFSET, crc, true);
    return header;
}

/**
 * @param {string} name of the network
 * @param {string} password
 * @returns {string | null} what is wrong with them
 */
export function findBadWifi(name, password) {
    const size = new TextEncoder().encode(name).length;
    if (size === 0 || size > WIFI_NAME_SIZE)
        return `The network's name has 1 to ${WIFI_NAME_SIZE} bytes.`;
    if (!/^([\x20-\x7e]{8,63}|[0-9a-fA-F]{64})$/.test(password))
        return "A password of WPA2 has 8 to 63 printable characters.";
    return null;
}

/**
 * @param {string} name
 * @param {string} password
 * @returns {Uint8Array} the file "wifi": both, filled up with NULs
 */
export function wifiFile(name, password) {
    const file = new Uint8Array(WIFI_NAME_SIZE + WIFI_PASSWORD_SIZE);
    file.set(new TextEncoder().encode(name));
    file.set(new TextEncoder().encode(password), WIFI_NAME_SIZE);
    return file;
}
