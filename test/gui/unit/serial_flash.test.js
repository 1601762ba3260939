import assert from "node:assert/strict";
import {test} from "node:test";

import {FILES_SIZE, flashMapFor, partsOf, withParameters} from "../../../server/gui/page/serial/flash_map.js";
import {decodeReply, encodeCommand, macOfFuses} from "../../../server/gui/page/serial/loader.js";
import {checksumOf, eraseSizeFor, samplesOf, SAMPLE_SIZE} from "../../../server/gui/page/serial/rom_flash.js";
import {findBadPart} from "../../../server/gui/page/serial/write_board.js";

const SECTOR = 4096;

test("what the ROM then erases covers what is asked for, and one sector more at most", () => {
    for (let first = 0; first < 32; first++)
        for (let sectors = 0; sectors < 80; sectors++) {
            const told = eraseSizeFor(first * SECTOR, sectors * SECTOR) / SECTOR;
            const erased = told + Math.min(told, 16 - first % 16);
            assert.ok(erased === sectors || erased === sectors + 1, `${first} ${sectors}: ${erased}`);
        }
    assert.equal(eraseSizeFor(0, 1), SECTOR);
    assert.equal(eraseSizeFor(0x200000, FILES_SIZE), 48 * SECTOR);
});

test("samples are within, from begin to end", () => {
    for (const size of [1, 63, 64, 65, 4096, 65536, 65600, 400002, FILES_SIZE]) {
        const samples = samplesOf(size);
        assert.equal(samples[0], 0);
        assert.equal(samples.at(-1), Math.max(0, size - SAMPLE_SIZE));
        assert.ok(samples.every((at, i) => i === 0 || at - samples[i - 1] <= 65536));
        assert.equal(new Set(samples).size, samples.length);
    }
});

test("commands and replies", () => {
    assert.equal(checksumOf(Uint8Array.of(1, 2, 4)), 0xef ^ 7);
    assert.deepEqual([...encodeCommand(3, Uint8Array.of(9), 0xee)], [0, 3, 1, 0, 0xee, 0, 0, 0, 9]);
    const reply = [1, 10, 2, 0, 1, 0xc1, 0xf0, 0xff, 0, 0];
    const expected = {operation: 10, value: 0xfff0c101, data: Uint8Array.of(0, 0)};
    assert.deepEqual(decodeReply(Uint8Array.from(reply)), expected);
    for (let size = 0; size < reply.length; size++)
        assert.equal(decodeReply(Uint8Array.from(reply.slice(0, size))), null);
    assert.equal(decodeReply(Uint8Array.from([...reply, 0])), null);
    assert.equal(decodeReply(Uint8Array.from([0, ...reply.slice(1)])), null);
});

test("the MAC address of the fuses", () => {
    assert.equal(macOfFuses(0x45000000, 0x0123, 0x84f3eb), "84f3eb012345");
    assert.equal(macOfFuses(0xff000000, 0x0200ab01, 0x000001), "000001ab01ff");
    assert.equal(macOfFuses(0x45000000, 0x00abcd, 0), "18fe34abcd45");
    assert.equal(macOfFuses(0x45000000, 0x01abcd, 0), "acd074abcd45");
    assert.throws(() => macOfFuses(0, 0x020000, 0), /no MAC address/);
});

test("parts that cannot be written", () => {
    const part = (offset, size) => ({name: "image", offset, data: new Uint8Array(size)});
    assert.equal(findBadPart([part(0, 1), part(4096, 4096), part(8192, 1)], 12288), null);
    assert.match(findBadPart([], 1), /nothing/);
    assert.match(findBadPart([part(0, 0)], 4096), /empty/);
    assert.match(findBadPart([part(1, 1)], 8192), /does not fit at 0x1$/);
    assert.match(findBadPart([part(0, 4097), part(4096, 1)], 8192), /does not fit at 0x1000/);
    assert.match(findBadPart([part(0, 2 ** 20 + 1)], 2 ** 20), /has 1 MB only/);
});

test("the map of a flash", () => {
    assert.equal(flashMapFor(2 ** 20, 0xb0000), null);
    assert.equal(flashMapFor(2 ** 21, 0x200000), null);
    assert.equal(flashMapFor(2 ** 22, null), null);
    assert.equal(flashMapFor(2 ** 21, 0xb0000).name, "2MB");
    assert.equal(flashMapFor(2 ** 24, 0x200000).name, "4MB");
    const map = flashMapFor(2 ** 22, 0x200000);
    const contents = {
        bootLoader: Uint8Array.of(0xe9, 1, 0, 0, 5), partitionTable: new Uint8Array(3072),
        image: new Uint8Array(0xf0000), files: new Uint8Array(FILES_SIZE),
    };
    const parts = partsOf(map, contents);
    assert.deepEqual([...parts[0].data], [0xe9, 1, 2, 0x40, 5]);
    assert.deepEqual([...contents.bootLoader], [0xe9, 1, 0, 0, 5]);
    assert.deepEqual(parts.map((part) => part.offset), [0, 0x8000, 0x9000, 0xd000, 0x10000, 0x200000]);
    assert.equal(findBadPart(parts, map.flashSize), null);
    assert.throws(() => withParameters(Uint8Array.of(0), map), /no boot loader/);
    assert.throws(() => partsOf(map, {...contents, image: new Uint8Array(0xf0001)}), /larger than a slot/);
    assert.throws(() => partsOf(map, {...contents, files: new Uint8Array(1)}), /not a partition/);
});
