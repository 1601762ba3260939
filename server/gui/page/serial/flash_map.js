// Where the parts of a board's flash lie, and the flash's parameters in the boot loader's header.
// The same as firmware/port/esp8266/partitions.

/** @typedef {import("./write_board.js").Part} Part */

/**
 * @typedef {object} Contents
 * @property {Uint8Array} bootLoader
 * @property {Uint8Array} partitionTable
 * @property {Uint8Array} image
 * @property {Uint8Array} files the whole partition
 */

/** @typedef {{name: string, flashSize: number, slotSize: number, filesOffset: number, sizeBits: number}} FlashMap */

const MEGABYTE = 2 ** 20;
const PARTITION_TABLE = 0x8000;
const NVS = {offset: 0x9000, size: 0x4000}; // the SDK's calibration of the radio
const OTA_DATA = {offset: 0xd000, size: 0x2000}; // blank: the first slot is started
const SLOT = 0x10000;
export const FILES_SIZE = 0x40000;

/** The largest first. @type {FlashMap[]} */
export const FLASH_MAPS = [
    {name: "4MB", flashSize: 4 * MEGABYTE, slotSize: 0xf0000, filesOffset: 0x200000, sizeBits: 0x40},
    {name: "2MB", flashSize: 2 * MEGABYTE, slotSize: 0xa0000, filesOffset: 0xb0000, sizeBits: 0x30},
];

// https://docs.espressif.com/projects/esptool/en/latest/esp8266/advanced-topics/firmware-image-format.html
const IMAGE_MAGIC = 0xe9;
const MODE_DIO = 2;

/**
 * @param {number} flashSize bytes that the board has
 * @param {number | null} filesOffset where its partition table has the files
 * @returns {FlashMap | null} null: there is none such
 */
export function flashMapFor(flashSize, filesOffset) {
    return FLASH_MAPS.find((map) => map.filesOffset === filesOffset && map.flashSize <= flashSize) ?? null;
}

/**
 * @param {Uint8Array} bootLoader
 * @param {FlashMap} map
 * @returns {Uint8Array} a copy whose header says DIO, 40 MHz and the map's size
 */
export function withParameters(bootLoader, map) {
    if (bootLoader[0] !== IMAGE_MAGIC)
        throw new Error("This is no boot loader of an ESP8266.");
    const copy = bootLoader.slice();
    copy[2] = MODE_DIO;
    copy[3] = map.sizeBits;
    return copy;
}

/** @param {number} size */
function blank(size) {
    return new Uint8Array(size).fill(0xff);
}

/**
 * @param {FlashMap} map the one that the partition table and the image were built for
 * @param {Contents} contents
 * @returns {Part[]}
 */
export function partsOf(map, {bootLoader, partitionTable, image, files}) {
    if (image.length > map.slotSize)
        throw new Error(`The image is larger than a slot of ${map.slotSize} bytes.`);
    if (files.length !== FILES_SIZE)
        throw new Error(`The files are not a partition of ${FILES_SIZE} bytes.`);
    return [
        {name: "boot loader", offset: 0, data: withParameters(bootLoader, map)},
        {name: "partition table", offset: PARTITION_TABLE, data: partitionTable},
        {name: "radio's calibration", offset: NVS.offset, data: blank(NVS.size)},
        {name: "choice of the slot", offset: OTA_DATA.offset, data: blank(OTA_DATA.size)},
        {name: "image", offset: SLOT, data: image},
        {name: "files", offset: map.filesOffset, data: files},
    ];
}
