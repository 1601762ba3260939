// What the daemon answers about images, keys and chains.

/** @typedef {{id: string, name: string | null}} KeyReference */

/**
 * @typedef {object} Image
 * @property {string} name
 * @property {string} board
 * @property {string} version
 * @property {'added' | 'published' | 'withdrawn'} state
 * @property {'sketch' | 'sdk' | null} layout
 * @property {number} size_bytes
 * @property {string} sha256
 * @property {KeyReference | null} signer null: no known key verifies it
 * @property {KeyReference[]} embeds
 * @property {string | null} embeds_from
 * @property {'stable' | 'beta' | null} channel
 * @property {boolean} must_pass
 * @property {{name: string, state: string, effect: string} | null} rollout
 * @property {number} devices that run it
 * @property {number} staged that have it downloaded
 * @property {number | null} added_at_ms
 * @property {number | null} published_at_ms
 */

/**
 * @typedef {object} Fault why devices do not come to the newest image
 * @property {string} image the last that they come to
 * @property {string | null} next
 * @property {'key' | 'layout' | null} obstacle
 * @property {KeyReference | null} key who signed the next one
 */

/**
 * @typedef {object} ChainMember
 * @property {boolean} in_channel
 * @property {boolean} ahead
 * @property {string | null} next
 * @property {string | null} kept_by
 * @property {string | null} kept_next
 * @property {boolean} stranded
 * @property {'key' | 'layout' | null} obstacle
 * @property {string} comes_to
 * @property {Fault | null} fault
 * @property {string[]} stranded_macs
 */
/** @typedef {Image & ChainMember} ChainImage */
/** @typedef {{from: string, to: string, offered: boolean}} ChainEdge */

/**
 * @typedef {object} Chain
 * @property {string} board
 * @property {'step' | 'leap'} policy
 * @property {'stable' | 'beta'} channel
 * @property {boolean} channels_differ
 * @property {{channel: string, devices: number, stranded: number}[]} channels
 * @property {number} stranded
 * @property {ChainImage[]} images
 * @property {ChainEdge[]} edges
 * @property {boolean} edges_cut
 * @property {{image: string, devices: number}[]} unknown
 */

/**
 * @typedef {object} Board
 * @property {string} board
 * @property {'step' | 'leap'} policy
 * @property {number} images
 * @property {string | null} newest
 * @property {string | null} newest_beta
 * @property {number} devices
 */

/**
 * @typedef {object} Key
 * @property {string} id
 * @property {string} name
 * @property {string} algorithm
 * @property {number} added_at_ms
 * @property {number | null} retired_at_ms
 */

/**
 * @typedef {object} Verdict of a stored image, read anew
 * @property {string} name
 * @property {number} size_bytes
 * @property {string} sha256
 * @property {boolean} stored_ok
 * @property {KeyReference | null} signer
 * @property {boolean} signature_ok
 */

export {};
