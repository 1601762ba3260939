// The commands that write a board, for where there is no Web Serial.

import {h} from "../ui/dom.js";

/** @type {{what: string, commands: string[]}[]} */
const STEPS = [
    {what: "Register the board's MAC address. The code that this prints is for the last step.",
        commands: ["secureesp enrolments add MAC --code"]},
    {what: "Write boot loader, partition table and image (firmware/README.md says how they are built).",
        commands: ["scripts/flash /dev/ttyUSB0"]},
    {what: "Write its files: configuration, claim and the Wi-Fi network, whose password is asked for.",
        commands: ["scripts/provision /dev/ttyUSB0 MAC --claim FILE --code CODE --wifi NETWORK"]},
    {what: "Watch it start.",
        commands: ["python3 -m serial.tools.miniterm /dev/ttyUSB0 115200", "secureesp devices show MAC"]},
];

/** @returns {HTMLElement} */
export function commandsInstead() {
    return h("ol", null, STEPS.map(({what, commands}) => h("li", null, what,
        h("pre", {tabindex: 0, "aria-label": "commands"}, commands.join("\n")))));
}
