import assert from "node:assert/strict";
import {test} from "node:test";

import {cleanLine, judgeLine, LINE_MAX, SerialLog} from "../../../server/gui/page/serial/serial_log.js";

/** @param {string | Uint8Array} data */
function linesOf(data, size = 1) {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    const lines = [];
    const log = new SerialLog((line) => lines.push(line));
    for (let at = 0; at < bytes.length; at += size)
        log.feed(bytes.subarray(at, at + size));
    return lines;
}

test("lines, however they come and end", () => {
    for (const size of [1, 2, 3, 100])
        assert.deepEqual(linesOf("one\r\ntwo\nthree – é\r\n\nhalf", size), ["one", "two", "three – é"]);
});

test("a line without an end is cut", () => {
    const [line] = linesOf("x".repeat(100000) + "\n", 1000);
    assert.equal(line, "x".repeat(LINE_MAX) + "…");
    assert.deepEqual(linesOf("y".repeat(LINE_MAX) + "\nz\n"), ["y".repeat(LINE_MAX), "z"]);
});

test("colours go, dirt of another speed is not shown, escapes and marks are made harmless", () => {
    assert.equal(cleanLine("\x1b[0;32mI (52) boot: start\x1b[0m"), "I (52) boot: start");
    assert.equal(cleanLine("\x00\xfe\ufffd\ufffd\x8c\x01r"), null);
    assert.equal(cleanLine("   "), null);
    assert.equal(cleanLine("\x00\xfe\ufffd\ufffd\x8c\x01start image=A-1"), "start image=A-1");
    assert.equal(cleanLine("wifi: \x1b]0;title\x07 and more of it"), "wifi: \ufffd]0;title\ufffd and more of it");
    assert.equal(cleanLine("name \u202egnp.exe of a board"), "name \ufffdgnp.exe of a board");
});

test("what a line says", () => {
    const rows = [
        ["online broker=broker.example:8883 image=A-1 resumed=no", "online"],
        ["~ronline broker=broker.example:8883 image=A-1 resumed=no", "online"],
        ["online broker=", "other"],
        ["start image=A-1 slot=0 trial=no", "other"],
        ["cannot run: ca.crt: is missing", "failed"],
        ["E (61) boot: No bootable app partitions in the partition table", "failed"],
        ["E (58) esp_image: image at 0x10000 has invalid magic byte", "failed"],
        ["E (41) boot: Failed to verify partition table", "failed"],
    ];
    for (const [line, kind] of rows)
        assert.equal(judgeLine(line).kind, kind, line);
    assert.match(judgeLine("cannot run: ca.crt: is missing").text, /^the image cannot run: .*ca\.crt/);
});
