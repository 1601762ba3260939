// Shows how far the writing of a board is, and its log.

import {h, replace} from "../ui/dom.js";

/** @typedef {import("./write_board.js").Progress} Progress */

const LINES_MAX = 500;

export function createFollower() {
    const step = h("p", {role: "status"});
    const bar = h("progress", {"aria-label": "progress of the step"});
    const log = h("pre", {tabindex: 0, "aria-label": "serial log", class: "serial-log"});
    const logPart = h("section", {hidden: true}, h("h2", null, "Serial log"), log);
    const element = h("div", {hidden: true}, step, bar, logPart);
    /** @type {string[]} */
    let lines = [];
    let shown = "";

    return {
        element,
        begin: () => {
            lines = [];
            replace(log);
            element.hidden = false;
            logPart.hidden = true;
        },
        /** @param {Progress} progress */
        onProgress: ({step: text, done, total}) => {
            if (text !== shown)
                replace(step, `${text} …`);
            shown = text;
            if (total === 0) {
                bar.removeAttribute("value");
                return;
            }
            bar.max = total;
            bar.value = done;
        },
        /** @param {string} line */
        onLine: (line) => {
            lines = [...lines, line].slice(-LINES_MAX);
            replace(log, lines.join("\n"));
            log.scrollTop = log.scrollHeight;
            logPart.hidden = false;
        },
    };
}
