// Which rows of a table are selected, by their keys: what is sorted or reloaded stays selected.

/**
 * @param {(keys: Set<string>) => void} onChange
 */
export function createSelection(onChange) {
    /** @type {Set<string>} */
    let keys = new Set();
    let anchor = 0;

    return {
        keys: () => keys,
        /** @param {string} key */
        has: (key) => keys.has(key),
        /** @param {string} key @param {number} index where it stands */
        toggle: (key, index) => {
            anchor = index;
            if (!keys.delete(key))
                keys.add(key);
            onChange(keys);
        },
        /**
         * All from the one that was toggled last.
         * @param {number} index
         * @param {(index: number) => string} keyAt
         */
        extend: (index, keyAt) => {
            for (let i = Math.min(anchor, index); i <= Math.max(anchor, index); i++)
                keys.add(keyAt(i));
            onChange(keys);
        },
        /** @param {string[]} all */
        setAll: (all) => {
            keys = new Set(all);
            onChange(keys);
        },
    };
}
