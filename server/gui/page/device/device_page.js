// One device: all that is known of it, and what can be done to it.

import {ApiError, get, getTagged} from '../api/client.js';
import {subscribe} from '../api/live.js';
import {calledOf} from '../fleet/bulk_plan.js';
import {createTicker} from '../fleet/ticker.js';
import {badge} from '../ui/badge.js';
import {h, replace} from '../ui/dom.js';
import {ageOf, nameOf, visible} from '../ui/format.js';
import {notifyFailure} from '../ui/notice.js';
import {createCertificates} from './certificates_view.js';
import {createCommands} from './commands_view.js';
import {createConfig} from './config_view.js';
import {createDanger} from './danger_view.js';
import {createEvents} from './events_view.js';
import {createFacts} from './facts_view.js';
import {stateOf} from './facts.js';
import {createHistory} from './history_view.js';
import {createMarks} from './marks_view.js';

export const title = 'Device';

const DEVICE_MS = 3000;
const HISTORY_MS = 60000;

class DevicePage {
    /**
     * @param {HTMLElement} place
     * @param {import('../app/router.js').Context} context
     * @param {string} mac
     */
    constructor(place, context, mac) {
        const terms = {
            mac, canChange: context.may('operator'), may: context.may, go: context.go,
            device: () => this.device, tag: () => this.tag, onChange: () => this.read(),
            nameOf: () => calledOf(this.device),
        };

        this.mac = mac;
        this.place = place;
        this.context = context;
        this.abort = new AbortController();
        /** @type {any} */
        this.device = null;
        /** @type {string|null} */
        this.tag = null;
        this.headText = '';
        this.head = h('p', {class: 'device-head', role: 'status'});
        this.facts = createFacts();
        this.marks = createMarks(terms);
        this.commands = createCommands(terms, terms.nameOf);
        this.history = createHistory(mac, this.abort.signal);
        this.config = createConfig(terms);
        this.certificates = createCertificates();
        this.events = createEvents(mac, this.abort.signal);
        this.danger = createDanger(terms);
        this.ticker = createTicker(DEVICE_MS, () => this.read());
        this.slow = createTicker(HISTORY_MS, () => this.history.read());
    }

    /** Puts the parts in, once there is a device. */
    build() {
        replace(this.place, h('nav', {'aria-label': 'Way back'}, h('a', {href: '#/fleet'}, '← Fleet')),
            this.head, this.facts.troubles, h('div', {class: 'device-parts'}, this.facts.element,
                this.marks.element, this.commands.elements, this.history.element,
                this.config.element, this.certificates.element, this.events.element,
                this.danger.element));
    }

    async read() {
        const {signal} = this.abort;
        const [{value, tag}, effective] = await Promise.all([
            getTagged(`/devices/${this.mac}`, {}, signal),
            get(`/settings/effective/${this.mac}`, {}, signal).catch(() => null),
        ]);
        const isFirst = this.device === null;
        const lastEvent = this.device?.events[0]?.at_ms;

        this.device = value;
        this.tag = tag;
        if (isFirst)
            this.build();
        this.show(effective);
        if (isFirst)
            await Promise.all([this.events.read(), this.history.read()]);
        else if (value.events[0]?.at_ms !== lastEvent)
            await Promise.all([this.events.read(), this.history.read()]);
    }

    /** @param {any|null} effective */
    show(effective) {
        const {device} = this;
        const state = stateOf(device);

        const text = [state.text, calledOf(device), device.image, device.first_seen_ms].join(' ');

        if (text !== this.headText) {
            this.headText = text;
            this.context.setTitle(visible(calledOf(device), 80));
            replace(this.head, badge(state.kind, state.text), ' ', h('code', null, device.mac), ' ',
                nameOf(device.image ?? 'no image known', 60), ' ', h('span', {class: 'faint'},
                    'first seen ', ageOf(device.first_seen_ms)));
        }
        this.facts.show(device);
        this.marks.show(device);
        this.commands.show(device);
        this.history.show(device);
        this.config.show(device, effective);
        this.certificates.show(device);
        this.danger.show(device);
    }

    /** @param {import('../api/live.js').LiveEvent} event */
    onEvent(event) {
        if (event.kind === 'gap' || event.mac === this.mac || event.kind === 'change')
            this.ticker.soon();
    }

    async start() {
        this.unsubscribe = subscribe((event) => this.onEvent(event));
        try {
            await this.read();
        } catch (error) {
            if (this.device !== null || !(error instanceof ApiError))
                notifyFailure(error);
            else
                replace(this.place, h('p', {class: 'page-failure', role: 'alert'},
                    visible(error.message, 300)), h('p', null, h('a', {href: '#/fleet'}, '← Fleet')));
        }
    }

    close() {
        this.unsubscribe?.();
        this.ticker.close();
        this.slow.close();
        this.abort.abort();
        this.history.close();
    }
}

/**
 * @param {HTMLElement} place
 * @param {import('../app/router.js').Context} context
 */
export function open(place, context) {
    const mac = (context.parts[0] ?? '').toLowerCase().replace(/[:-]/g, '');

    if (!/^[0-9a-f]{12}$/.test(mac)) {
        replace(place, h('p', {class: 'page-failure', role: 'alert'},
            'That is no MAC: it has 12 hex digits.'), h('p', null, h('a', {href: '#/fleet'}, '← Fleet')));
        return {close: () => {}};
    }
    const page = new DevicePage(place, context, mac);

    page.start();
    return {close: () => page.close()};
}
