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
    {name: 'enrolment', title: 'Enrolment', nav: true, key: 'e', role: 'viewer',
        load: () => import('../enrolment/enrolment_page.js')},

    // certificates
    {name: 'certificates', title: 'Certificates', nav: true, key: 'c', role: 'viewer',
        load: () => import('../certificates/certificates_page.js')},

    // audit
    {name: 'audit', title: 'Audit log', nav: true, key: 'a', role: 'viewer',
        load: () => import('../audit/audit_page.js')},

    // users
    {name: 'users', title: 'Users and tokens', nav: true, key: 'u', role: 'viewer',
        load: () => import('../users/users_page.js')},

    // the daemon
    {name: 'daemon', title: 'The daemon', nav: true, key: 'm', role: 'viewer',
        load: () => import('../daemon/daemon_page.js')},

    {name: 'add', title: 'Add a device', nav: true, role: 'administrator',
        load: () => import('../serial/add_page.js')},

];
