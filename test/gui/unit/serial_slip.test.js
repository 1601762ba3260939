import assert from "node:assert/strict";
import {test} from "node:test";

import {PACKET_MAX, SlipReader, slipWrap} from "../../../server/gui/page/serial/slip.js";

const all = Uint8Array.from({length: 256}, (_, i) => i);

test("what is wrapped is read again, however it is cut", () => {
    const wire = slipWrap(all);
    assert.equal(wire.length, 256 + 2 + 2);
    for (let cut = 0; cut <= wire.length; cut++) {
        const reader = new SlipReader();
        const packets = [...reader.feed(wire.subarray(0, cut)), ...reader.feed(wire.subarray(cut))];
        assert.deepEqual(packets, [all]);
    }
});

test("the bytes on the wire", () => {
    assert.deepEqual([...slipWrap(Uint8Array.of(0xc0, 0xdb, 1))], [0xc0, 0xdb, 0xdc, 0xdb, 0xdd, 1, 0xc0]);
});

test("dirt before a packet and empty packets are dropped", () => {
    const packets = new SlipReader().feed(Uint8Array.of(1, 2, 0xc0, 0xc0, 0xc0, 7, 0xc0, 0xc0, 8, 0xc0));
    assert.deepEqual(packets.map((packet) => [...packet]), [[7], [8]]);
});

test("a wrong escape drops its packet only", () => {
    for (const wrong of [[0xdb, 0x00], [0xdb]]) {
        const packets = new SlipReader().feed(Uint8Array.of(0xc0, 5, ...wrong, 0xc0, 0xc0, 6, 0xc0));
        assert.deepEqual(packets.map((packet) => [...packet]), [[6]]);
    }
});

test("a packet without an end takes no more than its bound", () => {
    const reader = new SlipReader();
    reader.feed(Uint8Array.of(0xc0));
    assert.deepEqual(reader.feed(new Uint8Array(PACKET_MAX + 1)), []);
    assert.deepEqual(reader.feed(Uint8Array.of(0xc0)), []);
    reader.feed(new Uint8Array(PACKET_MAX));
    assert.equal(reader.feed(Uint8Array.of(0xc0))[0].length, PACKET_MAX);
});
