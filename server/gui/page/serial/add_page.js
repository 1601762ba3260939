// "Add a device": a new board, over Web Serial, from its boot ROM to its page. Without Web Serial the
// commands that do the same.

import {post} from "../api/client.js";
import {badge} from "../ui/badge.js";
import {h, replace} from "../ui/dom.js";
import {createForm} from "../ui/form.js";
import {findBadFile, makeParts, NEEDS, needOf} from "./board_files.js";
import {commandsInstead} from "./commands.js";
import {findBadWifi} from "./files_partition.js";
import {createFollower} from "./follower.js";
import {writeBoard} from "./write_board.js";

/** @typedef {import("./board_files.js").Chosen} Chosen */
/** @typedef {import("../app/router.js").Context} Context */
/** @typedef {import("./write_board.js").Port} Port */
/** @typedef {{serial?: {requestPort: () => Promise<Port>}}} WithSerial not yet among the types of TypeScript */

export const title = "Add a device";

/**
 * @param {Chosen} chosen
 * @returns {{element: HTMLElement, missing: () => string[]}}
 */
function chooser(chosen) {
    const list = h("ul", {class: "serial-needs"});
    const show = () => replace(list, NEEDS.map((need) => h("li", null,
        chosen.has(need.key) ? badge("good", "here") : badge("off", "missing"), " ",
        h("strong", null, need.name), h("span", {class: "faint"}, ` from ${need.where}`))));
    const add = async (/** @type {Event} */ event) => {
        const input = /** @type {HTMLInputElement} */ (event.target);
        for (const file of input.files ?? []) {
            const need = needOf(file.name);
            if (need !== null)
                chosen.set(need.key, new Uint8Array(await file.arrayBuffer()));
        }
        input.value = "";
        show();
    };
    show();
    const element = h("div", {class: "field"},
        h("label", {for: "serial-files"}, "Files"),
        h("input", {type: "file", id: "serial-files", multiple: true, "aria-describedby": "serial-files-hint",
            on: {change: add}}),
        h("p", {class: "field-hint", id: "serial-files-hint"},
            "Choose as often as you like: each file is known by its name. They go to the board, not to the server."),
        h("div", {"aria-live": "polite"}, list));
    const missing = () => NEEDS.filter((need) => !chosen.has(need.key)).map((need) => need.name);
    return {element, missing};
}

/**
 * Lets the enrolment approve itself for this board: it shows a code that is made for its MAC.
 * @param {string} mac
 * @returns {Promise<string>}
 */
async function askCode(mac) {
    const answer = await post("/enrolments", {body: {macs: [mac], code: true}});
    return answer[0].code;
}

/** @param {any} values of the form */
function wifiOf(values) {
    return values.network === "" ? null : {name: values.network, password: values.password};
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 * @param {{requestPort: () => Promise<Port>}} serial
 */
function openSerial(place, context, serial) {
    /** @type {Chosen} */
    const chosen = new Map();
    const files = chooser(chosen);
    const control = new AbortController();
    const follower = createFollower();

    const write = async (/** @type {any} */ values) => {
        const port = await serial.requestPort().catch((error) => {
            throw error.name === "NotFoundError" ? new Error("No port was chosen.") : error;
        });
        follower.begin();
        const board = await writeBoard(port, {
            signal: control.signal,
            onProgress: follower.onProgress,
            onLine: follower.onLine,
            partsFor: async (found) => makeParts(found, chosen, wifiOf(values), await askCode(found.mac)),
        });
        if (!control.signal.aborted)
            context.go(`#/devices/${board.mac}`);
    };
    const check = (/** @type {any} */ values) => {
        const missing = files.missing();
        if (missing.length > 0)
            return `Missing: ${missing.join(", ")}.`;
        const bad = findBadFile(chosen);
        if (bad !== null || values.network === "")
            return bad;
        return findBadWifi(values.network, values.password);
    };
    const form = createForm({
        fields: [
            {name: "network", label: "Wi-Fi network", hint: "2.4 GHz and WPA2. Without it the board waits for its" +
                " network through the air (the app EspTouch)."},
            {name: "password", label: "Its password", type: "password", autocomplete: "new-password"},
        ],
        action: "Choose the port and write",
        check,
        onSubmit: write,
    });
    replace(place,
        h("p", null, "Plug the board in by a USB cable with data wires. What its flash holds is overwritten: boot" +
            " loader, image and files. Its MAC address is then registered for enrolment, and it gets its" +
            " certificate by itself."),
        files.element, form.element, follower.element,
        h("details", null, h("summary", null, "The same by commands"), commandsInstead()));
    return {close: () => control.abort()};
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function open(place, context) {
    const {serial} = /** @type {WithSerial} */ (/** @type {unknown} */ (navigator));
    if (serial !== undefined)
        return openSerial(place, context, serial);
    replace(place,
        h("p", null, "This browser has no Web Serial (Chromium, Chrome and Edge on a computer have it, over" +
            " HTTPS). These commands do the same, on a machine with the sources and the board's cable:"),
        commandsInstead());
    return {close: () => {}};
}
