import assert from "node:assert/strict";
import {test} from "node:test";

import {filesOffsetOf, findBadFile, makeParts, NEEDS, needOf} from "../../../server/gui/page/serial/board_files.js";
import {CONTENTS_MAX, COPY_SIZE, crc32, findBadWifi, makePartition, PARTITION_SIZE, wifiFile}
    from "../../../server/gui/page/serial/files_partition.js";

const text = (value) => new TextEncoder().encode(value);

/** A partition table with the files there. */
function tableOf(offset) {
    const table = new Uint8Array(3072).fill(0xff);
    [["nvs", 0x9000], ["files", offset]].forEach(([label, at], index) => {
        const entry = new Uint8Array(32);
        new DataView(entry.buffer).setUint16(0, 0x50aa, true);
        new DataView(entry.buffer).setUint32(4, at, true);
        entry.set(text(label), 12);
        table.set(entry, index * 32);
    });
    return table;
}

test("the sum is zlib's", () => {
    assert.equal(crc32(0, text("123456789")), 0xcbf43926);
    assert.equal(crc32(crc32(0, text("1234")), text("56789")), 0xcbf43926);
});

test("a partition, as long as its files", () => {
    assert.equal(makePartition(new Map()).length, PARTITION_SIZE);
    const two = makePartition(new Map([["a", text("1")], ["b", new Uint8Array(CONTENTS_MAX)]]));
    assert.deepEqual([...two.subarray(0, 4)], [...text("File")]);
    assert.equal(two[48], 0x31);
    assert.equal(two[COPY_SIZE], 0xff);
    assert.equal(two[3 * COPY_SIZE - 1], 0);
    assert.throws(() => makePartition(new Map([["b", new Uint8Array(CONTENTS_MAX + 1)]])), /b is too large/);
    assert.throws(() => makePartition(new Map([["x".repeat(32), text("")]])), /too large/);
    const many = Array.from({length: 17}, (_, i) => [`${i}`, text("")]);
    assert.throws(() => makePartition(new Map(many)), /no more than 16 files/);
});

test("Wi-Fi", () => {
    assert.equal(findBadWifi("net", "12345678"), null);
    assert.equal(findBadWifi("ü".repeat(16), "a".repeat(63)), null);
    assert.equal(findBadWifi("net", "f".repeat(64)), null);
    for (const [name, password] of [["", "12345678"], ["ü".repeat(17), "12345678"], ["net", "1234567"],
        ["net", "g".repeat(64)], ["net", "1234567ü"]])
        assert.notEqual(findBadWifi(name, password), null);
    assert.deepEqual([...wifiFile("ab", "cd").subarray(0, 3)], [0x61, 0x62, 0]);
    assert.equal(wifiFile("ab", "cd")[32], 0x63);
    assert.equal(wifiFile("ab", "cd").length, 96);
});

test("files are known by their names", () => {
    for (const [name, key] of [["bootloader.bin", "bootLoader"], ["partition-table.bin", "partitionTable"],
        ["firmware.bin", "image"], ["config.json", "config.json"], ["ca.crt", "ca.crt"],
        ["factory.crt", "claim.crt"], ["factory.key", "claim.key"]])
        assert.equal(needOf(name).key, key, name);
    for (const name of ["ota_data_initial.bin", "ca.crt.old", "notes.txt"])
        assert.equal(needOf(name), null, name);
});

test("the parts go where the board's table has them, or nowhere", () => {
    const chosen = new Map(NEEDS.map(({key}) => [key, text(key)]));
    const board = {mac: "84f3eb012345", flashSize: 2 ** 22};
    chosen.set("bootLoader", Uint8Array.of(0xe9, 1, 0, 0));
    for (const offset of [0x200000, 0xb0000]) {
        chosen.set("partitionTable", tableOf(offset));
        assert.equal(filesOffsetOf(tableOf(offset)), offset);
        const parts = makeParts(board, chosen, {name: "net", password: "12345678"}, "CODE");
        assert.equal(parts.at(-1).offset, offset);
        const found = new TextDecoder("latin1").decode(parts.at(-1).data).match(/File.{8}[a-z.]+/gs);
        assert.deepEqual(found.map((one) => one.slice(12)),
            ["config.json", "ca.crt", "claim.crt", "claim.key", "code", "wifi"]);
    }
    const small = {...board, flashSize: 2 ** 21};
    chosen.set("partitionTable", tableOf(0x200000));
    assert.throws(() => makeParts(small, chosen, null, "CODE"), /of 2 MB: make firmware-esp8266 FLASH=2MB/);
    for (const table of [new Uint8Array(0), tableOf(0).subarray(0, 32), text("no table at all, but text")]) {
        chosen.set("partitionTable", table);
        assert.throws(() => makeParts(board, chosen, null, "CODE"), /does not suit/);
    }
});

test("files that suit no board are told before a port is chosen", () => {
    const chosen = new Map([["partitionTable", tableOf(0x200000)], ["config.json", text('{"enrolserver": "a"}')]]);
    assert.equal(findBadFile(chosen), null);
    for (const bad of ["", "{}", "null", '{"enrolserver": 1}'])
        assert.match(findBadFile(new Map([...chosen, ["config.json", text(bad)]])), /names no enrolserver/);
    assert.match(findBadFile(new Map([...chosen, ["partitionTable", text("")]])), /no partition for the files/);
});
