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

    // certificates

    // audit

    // users

    // the daemon

    {name: 'add', title: 'Add a device', nav: true, role: 'administrator',
        load: () => import('../serial/add_page.js')},

];
