// What the API answers, as far as pages read it (README of server/api). Members that are not known
// are null.

/**
 * @typedef {{
 *     mac: string, state: string, name: string | null, image: string | null, build: string | null,
 *     ip: string | null, error: string | null, first_seen_ms: number | null,
 *     last_seen_ms: number | null, [member: string]: any
 * }} Device
 */
export {};
