// SLIP (RFC 1055), as the ESP8266's boot ROM frames its packets.

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** The boot ROM's longest packet is far shorter; what is longer is dirt on the line. */
export const PACKET_MAX = 16384;

/**
 * @param {Uint8Array} packet
 * @returns {Uint8Array} framed, to be sent
 */
export function slipWrap(packet) {
    /** @type {number[]} */
    const out = [END];
    for (const byte of packet) {
        if (byte === END)
            out.push(ESCAPE, ESCAPED_END);
        else if (byte === ESCAPE)
            out.push(ESCAPE, ESCAPED_ESCAPE);
        else
            out.push(byte);
    }
    out.push(END);
    return Uint8Array.from(out);
}

/** Bytes to packets. What comes before the first END, and a packet with a wrong escape, is dropped. */
export class SlipReader {
    /** @type {number[]} */
    #bytes = [];
    #isEscaped = false;
    #isInside = false;

    /**
     * @param {Uint8Array} bytes
     * @returns {Uint8Array[]} the packets that these bytes end
     */
    feed(bytes) {
        /** @type {Uint8Array[]} */
        const packets = [];
        for (const byte of bytes) {
            if (byte !== END) {
                this.#take(byte);
                continue;
            }
            if (this.#isInside && !this.#isEscaped && this.#bytes.length > 0)
                packets.push(Uint8Array.from(this.#bytes));
            this.#begin(true);
        }
        return packets;
    }

    /** @param {boolean} isInside */
    #begin(isInside) {
        this.#bytes = [];
        this.#isEscaped = false;
        this.#isInside = isInside;
    }

    /** @param {number} byte */
    #take(byte) {
        if (!this.#isInside)
            return;
        if (this.#isEscaped && byte !== ESCAPED_END && byte !== ESCAPED_ESCAPE)
            return this.#begin(false);
        if (!this.#isEscaped && byte === ESCAPE) {
            this.#isEscaped = true;
            return;
        }
        if (this.#isEscaped)
            byte = byte === ESCAPED_END ? END : ESCAPE;
        this.#isEscaped = false;
        this.#bytes.push(byte);
        if (this.#bytes.length > PACKET_MAX)
            this.#begin(false);
    }
}
