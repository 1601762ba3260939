// Dark or light: as the system has it, unless the reader says another.

const KEPT = 'secureesp.theme';

/** @typedef {'system' | 'dark' | 'light'} Theme */

/** @returns {Theme} */
export function theme() {
    const kept = localStorage.getItem(KEPT);

    return kept === 'dark' || kept === 'light' ? kept : 'system';
}

/** @param {Theme} next */
export function setTheme(next) {
    if (next === 'system')
        localStorage.removeItem(KEPT);
    else
        localStorage.setItem(KEPT, next);
    applyTheme();
}

export function applyTheme() {
    document.documentElement.dataset.theme = theme();
    window.dispatchEvent(new Event('themechange'));
}
