// Elements. Text gets into the page as text nodes alone, whatever it holds.

/** @typedef {Node | string | number | null | undefined | false} Leaf */
/** @typedef {Leaf | Leaf[] | Leaf[][] | (Leaf | Leaf[])[]} Child */
/**
 * @typedef {{
 *     class?: string | null, id?: string | null, title?: string | null,
 *     on?: {[event: string]: (event: any) => void},
 *     dataset?: {[name: string]: string | number},
 *     css?: {[property: string]: string},
 *     [attribute: string]: any
 * }} Props css: properties that are set on the element, as {width: '30%'}; there is no style attribute
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {Element} element
 * @param {Child | Child[]} child
 */
function append(element, child) {
    if (Array.isArray(child))
        child.forEach((one) => append(element, one));
    else if (child instanceof Node)
        element.append(child);
    else if (child !== null && child !== undefined && child !== false)
        element.append(document.createTextNode(String(child)));
}

/**
 * @param {HTMLElement | SVGElement} element
 * @param {string} name
 * @param {any} value
 */
function setProp(element, name, value) {
    if (value === null || value === undefined || value === false)
        return;
    if (name === 'on') {
        for (const [event, listener] of Object.entries(value))
            element.addEventListener(event, /** @type {EventListener} */ (listener));
    } else if (name === 'dataset') {
        for (const [key, text] of Object.entries(value))
            element.dataset[key] = String(text);
    } else if (name === 'css') {
        for (const [property, text] of Object.entries(value))
            element.style.setProperty(property, String(text));
    } else if (name === 'style' || name.startsWith('on')) {
        throw new TypeError(`no attribute ${name} here`);
    } else {
        element.setAttribute(name, value === true ? '' : String(value));
    }
}

/**
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Props | null | undefined} props
 * @param {Child[]} children
 * @returns {E}
 */
function fill(element, props, children) {
    for (const [name, value] of Object.entries(props ?? {}))
        setProp(element, name, value);
    append(element, children);
    return element;
}

/**
 * An element of HTML. Attributes that are null, undefined or false are left out; true is an
 * attribute without a value.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props, ...children) {
    return fill(document.createElement(tag), props, children);
}

/**
 * The same of SVG.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, props, ...children) {
    return fill(/** @type {SVGElementTagNameMap[T]} */ (document.createElementNS(SVG, tag)), props,
        children);
}

/**
 * Takes the place's children's place.
 * @param {Element} place
 * @param {...Child} children
 */
export function replace(place, ...children) {
    place.replaceChildren();
    append(place, children);
}
