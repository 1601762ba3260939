// How far a command has come, and what the commands do.

/** The commands that a device knows, and what each brings about. */
export const COMMANDS = [
    {name: 'firmware', text: 'Download the next image',
        effect: 'looks for the next image and downloads it; nothing is installed by that'},
    {name: 'flash', text: 'Install the download',
        effect: 'verifies what it has downloaded, installs it and restarts'},
    {name: 'reboot', text: 'Restart', effect: 'restarts'},
    {name: 'config', text: 'Fetch config.json',
        effect: 'downloads its configuration, which it uses after the next restart'},
    {name: 'ca', text: 'Fetch the CA certificate',
        effect: 'downloads the CA certificate, which it uses after the next restart'},
    {name: 'cert', text: 'Fetch its certificate',
        effect: 'downloads its certificate, which it uses after the next restart'},
    {name: 'key', text: 'Fetch its private key',
        effect: 'downloads its private key, if an administrator has allowed it'},
];

const STEPS = ['queued', 'sent', 'accepted', 'done'];
const ENDS = ['done', 'failed', 'expired', 'cancelled'];

/**
 * @param {any} command
 */
export function isUnderWay(command) {
    return !ENDS.includes(command.state);
}

/**
 * The steps of a command's way, each behind it, current or before it.
 * @param {any} command
 * @returns {{name: string, state: 'behind'|'now'|'ahead'}[]}
 */
export function stepsOf(command) {
    const names = ENDS.includes(command.state) && command.state !== 'done'
        ? [...STEPS.slice(0, -1).filter((_, i) => i <= reached(command)), command.state]
        : STEPS;
    const at = names.indexOf(command.state === 'waiting' ? 'queued' : command.state);

    return names.map((name, i) => ({
        name: name === 'queued' && command.state === 'waiting' ? 'waits for its wave' : name,
        state: i < at ? 'behind' : i === at ? 'now' : 'ahead',
    }));
}

/**
 * How far it had come when it ended.
 * @param {any} command
 */
function reached(command) {
    if (command.accepted_at_ms !== null)
        return 2;
    return command.sent_at_ms !== null ? 1 : 0;
}

/**
 * @param {string} state
 * @returns {'good'|'bad'|'warn'|'busy'|'off'}
 */
export function kindOf(state) {
    /** @type {Record<string, 'good'|'bad'|'warn'|'busy'|'off'>} */
    const kinds = {done: 'good', failed: 'bad', expired: 'warn', cancelled: 'off'};

    return kinds[state] ?? 'busy';
}

/**
 * What is to be known of how it went, in one line.
 * @param {any} command
 */
export function detailOf(command) {
    const result = command.result === 'ok' ? null : command.result;
    const where = command.step ? `at ${command.step}` : null;
    const code = command.code !== null ? `(${command.code})` : null;

    return [command.image, result, where, code, command.detail,
        command.inferred ? '(inferred)' : null]
        .filter((part) => part !== null && part !== undefined && part !== '').join(' ');
}

/**
 * What will happen if it is ordered of this one device.
 * @param {{name: string, effect: string}} command
 * @param {any} device
 * @param {string} name
 */
export function commandSentence(command, device, name) {
    const when = device.online ? 'now' : 'when it is back: it is offline';

    return `1 device, ${name}: it ${command.effect}. It gets the command ${when}.`;
}
