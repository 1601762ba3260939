// A board on a serial line for tests: test/esp8266/rom_loader.py, and a port with the shape of Web
// Serial's that reaches it by RFC 2217 over TCP. The cable can be pulled, or go dead.

import {spawn} from "node:child_process";
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync} from "node:fs";
import {createConnection} from "node:net";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

export const MAC = "84f3eb012345";

const LOADER = join(dirname(fileURLToPath(import.meta.url)), "../../esp8266/rom_loader.py");
const IAC = 0xff, SB = 0xfa, SE = 0xf0, WILL = 0xfb, DO = 0xfd, COM_PORT = 0x2c, BINARY = 0, SGA = 3;
const SET_BAUDRATE = 1, SET_CONTROL = 5;
const DTR_ON = 8, RTS_ON = 11; // their OFF is one more

/** Telnet's commands out of what the board sends. */
class TelnetFilter {
    #state = "data";

    feed(bytes) {
        const out = [];
        for (const byte of bytes)
            this.#take(byte, out);
        return Uint8Array.from(out);
    }

    #take(byte, out) {
        if (this.#state === "data" && byte === IAC)
            this.#state = "command";
        else if (this.#state === "data")
            out.push(byte);
        else if (this.#state === "command")
            this.#command(byte, out);
        else if (this.#state === "option")
            this.#state = "data";
        else if (this.#state === "sub" && byte === IAC)
            this.#state = "sub command";
        else if (this.#state === "sub command")
            this.#state = byte === SE ? "data" : "sub";
    }

    #command(byte, out) {
        if (byte === IAC)
            out.push(IAC);
        this.#state = byte === SB ? "sub" : byte >= WILL && byte !== IAC ? "option" : "data";
    }
}

/** With the shape of SerialPort. `acts` counts writes and moves of the lines. */
export class StandInPort {
    readable = null;
    writable = null;
    acts = 0;
    speeds = [];
    #address;
    #socket = null;
    #input = null;
    #isPulled = false;
    #isDead = false;
    #onAct;

    /** onAct(port, acts) is called before each act: it may pull() the cable or let it die. */
    constructor(address, onAct = () => {}) {
        this.#address = address;
        this.#onAct = onAct;
    }

    async open({baudRate}) {
        if (this.#isPulled)
            throw new DOMException("Failed to open serial port.", "NetworkError");
        if (this.#socket !== null)
            throw new DOMException("The port is already open.", "InvalidStateError");
        this.speeds.push(baudRate);
        this.#socket = createConnection(this.#address);
        await new Promise((resolve, reject) => this.#socket.once("connect", resolve).once("error", reject));
        this.#socket.setNoDelay(true);
        this.#send([IAC, WILL, COM_PORT, IAC, DO, BINARY, IAC, WILL, BINARY, IAC, DO, SGA]);
        const speed = [baudRate >>> 24, baudRate >>> 16 & 255, baudRate >>> 8 & 255, baudRate & 255];
        this.#subnegotiate(SET_BAUDRATE, ...speed);
        this.#makeStreams();
    }

    async close() {
        if (this.#socket === null)
            throw new DOMException("The port is already closed.", "InvalidStateError");
        if (this.readable?.locked || this.writable?.locked)
            throw new TypeError("Cannot cancel a locked stream");
        const socket = this.#socket;
        this.#socket = this.readable = this.writable = null;
        if (!socket.destroyed)
            await new Promise((resolve) => socket.once("close", resolve).destroy());
    }

    async setSignals({dataTerminalReady, requestToSend}) {
        this.#act();
        if (this.#isPulled)
            throw new DOMException("Failed to set control signals.", "NetworkError");
        if (this.#isDead)
            return;
        this.#subnegotiate(SET_CONTROL, dataTerminalReady ? DTR_ON : DTR_ON + 1);
        this.#subnegotiate(SET_CONTROL, requestToSend ? RTS_ON : RTS_ON + 1);
    }

    pull() {
        this.#isPulled = true;
        this.#socket?.destroy();
        const lost = new DOMException("The device has been lost.", "NetworkError");
        this.#input?.error(lost);
        this.readable = this.writable = this.#input = null;
    }

    pullSoon() {
        setTimeout(() => this.pull(), 0);
    }

    /** From now on nothing arrives, on either side. */
    die() {
        this.#isDead = true;
    }

    #act() {
        this.acts++;
        this.#onAct(this, this.acts);
    }

    #makeStreams() {
        const filter = new TelnetFilter();
        this.readable = new ReadableStream({
            start: (controller) => this.#input = controller,
            cancel: () => this.#input = null,
        });
        this.#socket.on("data", (bytes) => {
            const data = filter.feed(bytes);
            if (data.length > 0 && !this.#isDead)
                this.#input?.enqueue(data);
        });
        this.#socket.on("error", () => this.pull());
        this.writable = new WritableStream({write: (bytes) => this.#write(bytes)});
    }

    #write(bytes) {
        this.#act();
        if (this.#isPulled)
            throw new DOMException("The device has been lost.", "NetworkError");
        if (!this.#isDead)
            this.#send(Array.from(bytes).flatMap((byte) => byte === IAC ? [IAC, IAC] : [byte]));
    }

    #subnegotiate(...bytes) {
        const escaped = bytes.flatMap((byte) => byte === IAC ? [IAC, IAC] : [byte]);
        this.#send([IAC, SB, COM_PORT, ...escaped, IAC, SE]);
    }

    #send(bytes) {
        this.#socket.write(Uint8Array.from(bytes));
    }
}

/** A board with a flash of that size, full of what was there before. */
export class Board {
    #folder = mkdtempSync(join(tmpdir(), "serial-board-"));
    #process = null;
    #said = "";
    #address = null;

    async start({size = 4 * 2 ** 20, log = "", before = 0xa5, mac = MAC} = {}) {
        writeFileSync(this.#file("flash"), new Uint8Array(size).fill(before));
        writeFileSync(this.#file("log"), log);
        this.#process = spawn("/usr/bin/python3",
            [LOADER, this.#file("flash"), mac, this.#file("address"), this.#file("log")],
            {stdio: ["ignore", "pipe", "inherit"]});
        this.#process.stdout.on("data", (text) => this.#said += text);
        for (let waited = 0; !existsSync(this.#file("address")); waited += 20) {
            if (waited > 20000 || this.#process.exitCode !== null)
                throw new Error("rom_loader.py does not start");
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const [, host, port] = readFileSync(this.#file("address"), "utf8").match(/\/\/([^:]+):(\d+)/);
        this.#address = {host, port: Number(port)};
    }

    port(onAct) {
        return new StandInPort(this.#address, onAct);
    }

    /** What happened to it, without its writes. */
    story() {
        return this.#said.split("\n").filter((line) => line !== "" && !line.startsWith("write"));
    }

    flash(offset, size) {
        return readFileSync(this.#file("flash")).subarray(offset, offset + size);
    }

    /** Changes a byte of the flash. */
    spoil(offset) {
        const file = openSync(this.#file("flash"), "r+");
        writeSync(file, Uint8Array.of(~this.flash(offset, 1)[0]), 0, 1, offset);
        closeSync(file);
    }

    async stop() {
        const ended = new Promise((resolve) => this.#process.once("exit", resolve));
        this.#process.kill();
        await ended;
        rmSync(this.#folder, {recursive: true});
    }

    #file(name) {
        return join(this.#folder, name);
    }
}
