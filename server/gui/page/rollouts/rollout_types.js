// What the daemon answers about rollouts.

/**
 * @typedef {object} Counts
 * @property {number} total
 * @property {number} waiting
 * @property {number} away of those that wait: it is their turn, but they are not connected
 * @property {number} downloading
 * @property {number} installing
 * @property {number} updated
 * @property {number} failed
 * @property {number} left_out
 */

/**
 * @typedef {object} Terms
 * @property {string} phases
 * @property {number} rate
 * @property {number} at_once
 * @property {string | null} site
 * @property {number} per_site
 * @property {number | null} start_ms
 * @property {string | null} window
 * @property {number} success
 * @property {number} soak_s
 * @property {string} failures
 * @property {number} timeout_s
 * @property {boolean} canaries_first
 */

/** @typedef {{scope: 'fleet' | 'group', name: string | null, patch: object}} Config */
/** @typedef {'running' | 'soaking' | 'paused' | 'done' | 'aborted'} State */
/** @typedef {'waiting' | 'downloading' | 'installing' | 'updated' | 'failed' | 'left out'} Stage */

/**
 * @typedef {object} Rollout
 * @property {string} name
 * @property {'image' | 'config'} kind
 * @property {string | null} image
 * @property {Config | null} config
 * @property {State} state
 * @property {string | null} reason why it is paused
 * @property {'start' | 'window' | 'zone' | null} waits_for
 * @property {number | null} waits_until_ms
 * @property {number} phase from 1
 * @property {number} phases
 * @property {boolean} gated
 * @property {number} created_at_ms
 * @property {number | null} ended_at_ms
 * @property {number | null} soaks_until_ms
 * @property {number | null} estimated_end_ms
 * @property {Counts} devices
 * @property {Terms} terms
 */

/**
 * @typedef {object} Member
 * @property {string} mac
 * @property {number} phase
 * @property {Stage} stage
 * @property {string | null} site
 * @property {string | null} reason
 * @property {number | null} command_id
 * @property {number | null} began_at_ms
 * @property {number | null} ended_at_ms
 */

/** @typedef {Rollout & {members: Member[]}} RolloutDetail */

/**
 * @typedef {object} Plan
 * @property {string} name
 * @property {'image' | 'config'} kind
 * @property {string | null} image
 * @property {Config | null} config
 * @property {boolean} publishes
 * @property {number} met
 * @property {number} current
 * @property {number} foreign
 * @property {number} revoked
 * @property {number} off_channel
 * @property {number} count
 * @property {number} canaries
 * @property {{phase: number, count: number, macs: string[]}[]} phases
 */

export {};
