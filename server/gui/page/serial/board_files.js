// The files that a new board needs, out of those that the user has chosen.

import {flashMapFor, partsOf} from "./flash_map.js";
import {makePartition, wifiFile} from "./files_partition.js";

/** @typedef {import("./write_board.js").Board} Board */
/** @typedef {import("./write_board.js").Part} Part */
/** @typedef {{key: string, name: string, is: RegExp, where: string}} Need where: where a person finds it */
/** @typedef {Map<string, Uint8Array>} Chosen by the key of a need */

/** @type {Need[]} */
export const NEEDS = [
    {key: "bootLoader", name: "bootloader.bin", is: /^bootloader\.bin$/, where: "build/esp8266/bootloader"},
    {key: "partitionTable", name: "partition-table.bin", is: /^partition-table\.bin$/,
        where: "build/esp8266/partition_table"},
    {key: "image", name: "firmware.bin", is: /^firmware\.bin$/, where: "build/esp8266"},
    {key: "config.json", name: "config.json", is: /^config\.json$/, where: "secureespd --print-config-json MAC"},
    {key: "ca.crt", name: "ca.crt", is: /^ca\.crt$/, where: "the PKI folder"},
    {key: "claim.crt", name: "a claim certificate (.crt)", is: /^(?!ca\.crt$).*\.crt$/,
        where: "secureesp pki client DIR NAME --role claim"},
    {key: "claim.key", name: "its key (.key)", is: /\.key$/, where: "beside the certificate"},
];

const ENTRY_SIZE = 32;
const ENTRY_MAGIC = 0x50aa;
const FILES_LABEL = "files";

/**
 * @param {string} fileName
 * @returns {Need | null}
 */
export function needOf(fileName) {
    return NEEDS.find((need) => need.is.test(fileName)) ?? null;
}

/**
 * @param {Uint8Array} table a partition table
 * @returns {number | null} where it has the files
 */
export function filesOffsetOf(table) {
    const view = new DataView(table.buffer, table.byteOffset, table.length);
    for (let at = 0; at + ENTRY_SIZE <= table.length; at += ENTRY_SIZE) {
        if (view.getUint16(at, true) !== ENTRY_MAGIC)
            return null;
        const label = new TextDecoder().decode(table.subarray(at + 12, at + 28)).replace(/\0.*$/s, "");
        if (label === FILES_LABEL)
            return view.getUint32(at + 4, true);
    }
    return null;
}

/** @param {Uint8Array} configuration config.json */
function namesEnrolment(configuration) {
    try {
        return typeof JSON.parse(new TextDecoder().decode(configuration)).enrolserver === "string";
    } catch {
        return false;
    }
}

/**
 * @param {Chosen} chosen all of NEEDS
 * @returns {string | null} what is wrong with them whatever the board
 */
export function findBadFile(chosen) {
    if (!namesEnrolment(chosen.get("config.json") ?? new Uint8Array(0)))
        return "config.json names no enrolserver: the board could not get its certificate." +
            " Set it in [config.json] of the daemon's configuration.";
    if (filesOffsetOf(chosen.get("partitionTable") ?? new Uint8Array(0)) === null)
        return "partition-table.bin has no partition for the files.";
    return null;
}

/**
 * @param {Board} board
 * @param {Chosen} chosen all of NEEDS
 * @param {{name: string, password: string} | null} wifi null: the board waits for it through the air
 * @param {string} code what the enrolment server knows this board by
 * @returns {Part[]}
 */
export function makeParts(board, chosen, wifi, code) {
    const take = (/** @type {string} */ key) => chosen.get(key) ?? new Uint8Array(0);
    const table = take("partitionTable");
    const map = flashMapFor(board.flashSize, filesOffsetOf(table));
    if (map === null)
        throw new Error("This partition table does not suit the board's flash" +
            ` of ${board.flashSize / 2 ** 20} MB: make firmware-esp8266 FLASH=2MB makes one for 2 MB.`);
    /** @type {Map<string, Uint8Array>} */
    const files = new Map();
    for (const name of ["config.json", "ca.crt", "claim.crt", "claim.key"])
        files.set(name, take(name));
    files.set("code", new TextEncoder().encode(code));
    if (wifi !== null)
        files.set("wifi", wifiFile(wifi.name, wifi.password));
    return partsOf(map, {
        bootLoader: take("bootLoader"), partitionTable: table, image: take("image"), files: makePartition(files),
    });
}
