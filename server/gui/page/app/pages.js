// The pages, one line each, in the order of the navigation.

/**
 * @typedef {{
 *     name: string, title: string, nav: boolean, key?: string,
 *     role: import('./session.js').Role,
 *     load: () => Promise<import('./router.js').PageModule>
 * }} PageEntry
 *     name: the first part of the hash; nav: it is in the navigation; key: "g" and then it goes there;
 *     role: the least that may see it
 */

/** @type {PageEntry[]} */
export const pages = [
    {name: 'fleet', title: 'Fleet', nav: true, key: 'f', role: 'viewer', load: () => import('../fleet/fleet_page.js')},

    {name: 'devices', title: 'Device', nav: false, role: 'viewer', load: () => import('../device/device_page.js')},

    // releases
    {name: 'releases', title: 'Releases', nav: true, key: 'r', role: 'viewer', load: () => import('../releases/releases_page.js')},

    // rollouts
    {name: 'rollouts', title: 'Rollouts', nav: true, key: 'o', role: 'viewer', load: () => import('../rollouts/rollouts_page.js')},

    // enrolment

    // certificates

    // audit

    // users

    // the daemon

    // a new board

];
