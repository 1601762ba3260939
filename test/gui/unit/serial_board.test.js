import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Board, MAC} from "./serial_board.js";
import {BoardError, writeBoard} from "../../../server/gui/page/serial/write_board.js";

const LOG = "start image=A-1 slot=0 trial=no\r\nonline broker=here:8883 image=A-1 resumed=no\r\n";
const QUICK = {reset: 1, strap: 1, sync: 60, quiet: 5, command: 400};
const TIMES = {driver: 400, status: 300, loader: QUICK};

const board = new Board();
before(() => board.start({log: LOG}));
after(() => board.stop());

/** Bytes that SLIP and telnet escape are among them. */
function bytes(size, seed) {
    return Uint8Array.from({length: size}, (_, i) => (i * 7 + seed) ^ i >> 8);
}

const parts = [
    {name: "boot loader", offset: 0, data: bytes(3000, 1)},
    {name: "partition table", offset: 0x8000, data: bytes(3072, 2)},
    {name: "choice of the slot", offset: 0xd000, data: new Uint8Array(0x2000).fill(0xff)},
    {name: "image", offset: 0x10000, data: bytes(5001, 3)},
    {name: "files", offset: 0x200000, data: bytes(8192, 4)},
];

/** Of each kind one, for what is done at each of a hundred steps. */
const few = parts.filter(({name}) => /boot|slot|files/.test(name));

/** @returns what came of it: {board, error, steps, lines} */
async function write(port, options = {}) {
    const seen = {steps: [], lines: [], board: null, error: null};
    const onProgress = ({step, done, total}) => {
        assert.ok(total === 0 || done <= total);
        if (seen.steps.at(-1) !== step)
            seen.steps.push(step);
    };
    try {
        seen.board = await writeBoard(port, {
            partsFor: async () => parts, onProgress, onLine: (line) => seen.lines.push(line), times: TIMES, ...options,
        });
    } catch (error) {
        seen.error = error;
    }
    return seen;
}

/** Fails rather than to hang. */
function soon(promise, ms = 20000) {
    return Promise.race([promise,
        new Promise((_, reject) => setTimeout(() => reject(new Error("it hangs")), ms).unref())]);
}

test("a board is written and followed until it is online", async () => {
    const port = board.port();
    const seen = await soon(write(port));
    assert.ifError(seen.error);
    assert.deepEqual(seen.board, {mac: MAC, flashSize: 4 * 2 ** 20});
    for (const {offset, data, name} of parts)
        assert.deepEqual(board.flash(offset, data.length), Buffer.from(data), name);
    assert.deepEqual(seen.steps, ["Connecting", "Reading the MAC address", "Preparing the files",
        ...parts.map((part) => `Writing the ${part.name}`),
        ...parts.map((part) => `Reading back the ${part.name}`),
        "Starting the board", "Waiting for the first status"]);
    assert.deepEqual(seen.lines, LOG.trimEnd().split("\r\n"));
    assert.deepEqual(board.story(), ["boot loader", "erase 0x0 0x2000", "erase 0x8000 0x2000",
        "erase 0xd000 0x2000", "erase 0x10000 0x2000", "erase 0x200000 0x2000", "firmware"]);
    assert.equal(board.flash(0x12000, 1)[0], 0xa5);
    assert.deepEqual(port.speeds, [460800, 115200]);
    assert.equal(port.readable, null);
});

/** Gives a board of its own to the test. */
async function withBoard(options, run) {
    const other = new Board();
    await other.start(options);
    try {
        await run(other);
    } finally {
        await other.stop();
    }
}

/** @param {string} how pull, pullSoon or die @param {number[]} acts */
async function breakAt(how, acts) {
    const steps = new Set();
    for (const act of acts) {
        const port = board.port((self, now) => now === act && self[how]());
        const {error, steps: seen} = await soon(write(port, {partsFor: async () => few}));
        assert.ok(error instanceof BoardError, `${how} at ${act}: ${error}`);
        const reason = how !== "die" ? /the board was unplugged|does not open/ :
            /does not answer any more|no ESP8266 answers|it did not come/;
        assert.match(error.message, reason);
        assert.ok(error.message.startsWith(seen.at(-1) + ": "), error.message);
        const isHalf = /^(Writing|Reading back)/.test(error.step);
        assert.equal(error.isHalf, isHalf, error.message);
        assert.equal(/in part only/.test(error.message), isHalf);
        assert.equal(port.readable, null, "the port is closed");
        steps.add(error.step);
    }
    return steps;
}

async function countActs() {
    const port = board.port();
    assert.ifError((await soon(write(port, {partsFor: async () => few}))).error);
    return port.acts;
}

test("the cable pulled at every act", {timeout: 200000}, async () => {
    const count = await countActs();
    assert.ok(count > 100, `${count} acts`);
    const steps = await breakAt("pull", Array.from({length: count}, (_, i) => i + 1));
    for (const {name} of few)
        assert.ok(steps.has(`Writing the ${name}`) && steps.has(`Reading back the ${name}`));
    for (const step of ["Connecting", "Reading the MAC address", "Starting the board"])
        assert.ok(steps.has(step), step);
    assert.ifError((await soon(write(board.port()))).error);
});

test("the cable pulled while an answer is under way", {timeout: 200000}, async () => {
    const count = await countActs();
    await breakAt("pullSoon", Array.from({length: count / 8 | 0}, (_, i) => i * 8 + 1));
});

test("the line dead at some acts", {timeout: 200000}, async () => {
    const count = await countActs();
    await breakAt("die", [1, 3, 4, 5, 9, 60, 100, count - 3, count - 1]);
});

test("pulled while it waits for the status", async () => {
    await withBoard({}, async (other) => {
        const port = other.port();
        const onProgress = ({step}) => step.startsWith("Waiting") && setTimeout(() => port.pull(), 50);
        const {error} = await soon(write(port, {
            onProgress, times: {...TIMES, status: 60000}, partsFor: async () => parts.slice(0, 1),
        }));
        assert.equal(error.message, "Waiting for the first status: the board was unplugged.");
    });
});

test("stopped by the user, at begin and in between", async () => {
    for (const at of [0, 10, 40]) {
        const control = new AbortController();
        const port = board.port((_, now) => now === at && control.abort());
        if (at === 0)
            control.abort();
        const {error} = await soon(write(port, {signal: control.signal}));
        assert.match(error.message, /: stopped\./);
        assert.equal(port.readable, null);
    }
});

test("errors of whoever makes the files come out as they are, and nothing is written", async () => {
    const own = new TypeError("no claim for you");
    const {error} = await soon(write(board.port(), {partsFor: () => Promise.reject(own)}));
    assert.equal(error, own);
    const tooLong = [{name: "files", offset: 0x3ff000, data: new Uint8Array(8192)}];
    const wrong = await soon(write(board.port(), {partsFor: async () => tooLong}));
    assert.match(wrong.error.message, /^Preparing the files: the board's flash has 4 MB only/);
    assert.equal(wrong.error.isHalf, false);
});

for (const [what, log, message] of [
    ["cannot run", "cannot run: ca.crt: is missing\n", /^Waiting for the first status: the image cannot run: .*ca\.crt/],
    ["prints nothing", "", /it did not come; the board prints nothing/],
    ["says something else", "wifi: connecting\n", /it did not come; the board's last line is "wifi: connecting"/],
]) {
    test(`a board that ${what}`, () => withBoard({log, size: 2 ** 21}, async (other) => {
        const {error} = await soon(write(other.port(), {partsFor: async () => parts.slice(0, 1)}));
        assert.match(error.message, message);
        assert.equal(error.isHalf, false);
    }));
}

test("a flash that does not hold what was written", () => withBoard({}, async (other) => {
    for (const offset of [0, 0x10000 + 63, 0x10fff]) {
        const onProgress = ({step, total}) => step.startsWith("Reading back") && total === 0 && other.spoil(offset);
        const image = {name: "image", offset: 0, data: bytes(0x11000, 1)};
        const {error} = await soon(write(other.port(), {onProgress, partsFor: async () => [image]}));
        assert.match(error.message, /^Reading back the image: the flash does not hold what was written\. The/);
        assert.ok(error.isHalf);
    }
}));

test("no board at all", async () => {
    const {error} = await soon(write(board.port((port) => port.die())));
    assert.match(error.message, /^Connecting: no ESP8266 answers at this port\. Hold/);
});
