// A serial line on a port of Web Serial: bytes go out and come in, the reset lines move, and whoever
// waits for it is told when the cable is pulled, when time is up and when the user has stopped it.

/**
 * The part of Web Serial's SerialPort that is used here.
 * @typedef {object} Port
 * @property {ReadableStream<Uint8Array> | null} readable
 * @property {WritableStream<Uint8Array> | null} writable
 * @property {(options: {baudRate: number, bufferSize?: number}) => Promise<void>} open
 * @property {() => Promise<void>} close
 * @property {(signals: {dataTerminalReady?: boolean, requestToSend?: boolean}) => Promise<void>} setSignals
 */

/** What a person is to read: a sentence without its full stop. */
export class LineError extends Error {}

/** What was waited for did not come in time. */
export class LateError extends LineError {}

/** The browser's buffer: a second of a fast line. */
const BUFFER_SIZE = 65536;

/** Longer than any write, opening or closing takes; a driver may hang where its board is gone. */
const DRIVER_MS = 5000;

/** From wrong bits, as of another speed, the line recovers: the port then has a new stream. */
const RECOVERABLE = ["BufferOverrunError", "BreakError", "FramingError", "ParityError"];

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
export function pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {unknown} error @returns {LineError} */
function toLineError(error) {
    if (error instanceof LineError)
        return error;
    const name = error instanceof Error || error instanceof DOMException ? error.name : "";
    if (name === "NetworkError" || name === "InvalidStateError")
        return new LineError("the board was unplugged");
    return new LineError(`the serial line failed: ${error instanceof Error ? error.message : error}`);
}

export class Line {
    /** @type {Port} */
    #port;
    /** @type {ReadableStreamDefaultReader<Uint8Array> | null} */
    #reader = null;
    /** @type {Promise<void>} */
    #pump = Promise.resolve();
    /** @type {LineError | null} */
    #failure = null;
    /** @type {Set<(error: LineError) => void>} */
    #waiting = new Set();
    #isOpen = false;
    #isClosing = false;
    #driverMs;
    /** @type {AbortSignal | undefined} */
    #signal;
    #onAbort = () => this.#fail(new LineError("stopped"));

    /** Where bytes go that come in. */
    onBytes = (/** @type {Uint8Array} */ _bytes) => {};

    /**
     * @param {Port} port closed; the line's until close()
     * @param {{signal?: AbortSignal, driverMs?: number}} [options] signal: ends whatever waits here
     */
    constructor(port, options) {
        this.#port = port;
        this.#driverMs = options?.driverMs ?? DRIVER_MS;
        this.#signal = options?.signal;
        this.#signal?.addEventListener("abort", this.#onAbort);
        if (this.#signal?.aborted)
            this.#onAbort();
    }

    /**
     * Opens the port, or opens it again with another speed.
     * @param {number} baudRate
     */
    async open(baudRate) {
        await this.#shut();
        this.#check();
        try {
            await this.wait(this.#port.open({baudRate, bufferSize: BUFFER_SIZE}), this.#driverMs,
                "the serial port does not open");
        } catch (error) {
            throw this.#openError(error);
        }
        this.#isOpen = true;
        this.#pump = this.#read();
    }

    /** @param {Uint8Array} bytes */
    async write(bytes) {
        this.#check();
        const writer = this.#writable().getWriter();
        try {
            await this.wait(writer.write(bytes), this.#driverMs, "the serial port takes no more bytes");
        } catch (error) {
            throw this.#fail(toLineError(error));
        } finally {
            writer.releaseLock();
        }
    }

    /**
     * @param {boolean} dataTerminalReady
     * @param {boolean} requestToSend
     */
    async setLines(dataTerminalReady, requestToSend) {
        this.#check();
        try {
            await this.wait(this.#port.setSignals({dataTerminalReady, requestToSend}), this.#driverMs,
                "the serial port does not move its reset lines");
        } catch (error) {
            throw this.#fail(toLineError(error));
        }
    }

    /**
     * Waits for a promise, but not longer than the line works.
     * @template T
     * @param {Promise<T>} promise
     * @param {number} ms
     * @param {string} late what is said when it takes longer
     * @returns {Promise<T>}
     */
    wait(promise, ms, late) {
        return new Promise((resolve, reject) => {
            const give = (/** @type {() => void} */ settle) => {
                clearTimeout(timer);
                this.#waiting.delete(onFailure);
                settle();
            };
            const onFailure = (/** @type {LineError} */ error) => give(() => reject(error));
            const timer = setTimeout(() => onFailure(new LateError(late)), ms);
            this.#waiting.add(onFailure);
            promise.then((value) => give(() => resolve(value)), (error) => give(() => reject(error)));
            if (this.#failure !== null)
                onFailure(this.#failure);
        });
    }

    /** Lets nothing wait any longer, and gives the port back. Never throws. */
    async close() {
        this.#signal?.removeEventListener("abort", this.#onAbort);
        await this.#shut();
        this.#fail(new LineError("the serial line is closed"));
    }

    #check() {
        if (this.#failure !== null)
            throw this.#failure;
    }

    /** @param {LineError} error @returns {LineError} the first failure there was */
    #fail(error) {
        this.#failure ??= error;
        for (const onFailure of [...this.#waiting])
            onFailure(this.#failure);
        return this.#failure;
    }

    /** @returns {WritableStream<Uint8Array>} */
    #writable() {
        if (this.#port.writable === null)
            throw this.#fail(new LineError("the board was unplugged"));
        return this.#port.writable;
    }

    /** @param {unknown} error */
    #openError(error) {
        // A port that another program holds is a NetworkError, too.
        if (error instanceof LineError)
            return this.#fail(error);
        return this.#fail(new LineError(
            "the serial port does not open: is the board plugged in, and no other program using it?"));
    }

    async #read() {
        while (!this.#isClosing && this.#port.readable !== null) {
            this.#reader = this.#port.readable.getReader();
            try {
                await this.#readStream(this.#reader);
            } catch (error) {
                const name = error instanceof Error || error instanceof DOMException ? error.name : "";
                if (!this.#isClosing && !RECOVERABLE.includes(name))
                    this.#fail(toLineError(error));
            } finally {
                this.#reader.releaseLock();
                this.#reader = null;
            }
            if (this.#failure !== null)
                return;
        }
        if (!this.#isClosing)
            this.#fail(new LineError("the board was unplugged"));
    }

    /** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
    async #readStream(reader) {
        for (;;) {
            const {value, done} = await reader.read();
            if (value !== undefined && !this.#isClosing)
                this.onBytes(value);
            if (done && !this.#isClosing)
                throw new LineError("the board was unplugged");
            if (done)
                return;
        }
    }

    async #shut() {
        if (!this.#isOpen)
            return;
        this.#isOpen = false;
        this.#isClosing = true;
        const late = pause(this.#driverMs);
        const shut = async () => {
            await this.#reader?.cancel();
            await this.#pump;
            await this.#port.close();
        };
        // A port whose board is gone refuses to close: then it is closed.
        await Promise.race([shut().catch(() => {}), late]);
        this.#isClosing = false;
    }
}
