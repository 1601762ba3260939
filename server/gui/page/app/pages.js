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
    // the fleet

    // one device

    // releases

    // rollouts

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

    // a new board

];
