// The schema, as numbered steps that are never changed once released.
#include "server/store/store_schema.h"

#include "server/store/store_schema_fleet.h"

// A device's key is its MAC as a number. Its counts of queued and sent commands are kept by
// triggers, so that the index devices_due holds exactly the devices that are to get a command.
static const char devices[] =
    "PRAGMA application_id = 1397051216;" // 'SESP'
    "CREATE TABLE devices ("
    " mac INTEGER PRIMARY KEY,"
    " online INTEGER NOT NULL,"
    " reason INTEGER NOT NULL,"
    " first_seen_ms INTEGER NOT NULL,"
    " last_seen_ms INTEGER NOT NULL,"
    " uptime_ms INTEGER, max_loop_ms INTEGER, mqtt_ms INTEGER, rssi_dbm INTEGER,"
    " free_heap_bytes INTEGER,"
    " name TEXT NOT NULL, image TEXT NOT NULL, build TEXT NOT NULL, ip TEXT NOT NULL,"
    " error TEXT NOT NULL,"
    " speaks_events INTEGER NOT NULL,"
    " reboots INTEGER NOT NULL,"
    " bad_payloads INTEGER NOT NULL,"
    " boot_ms INTEGER NOT NULL,"
    " previous_boot_ms INTEGER NOT NULL,"
    " shared_identity_at_ms INTEGER NOT NULL,"
    " queued INTEGER NOT NULL DEFAULT 0,"
    " sent INTEGER NOT NULL DEFAULT 0,"
    " status_json TEXT);"
    "CREATE INDEX devices_online ON devices(last_seen_ms) WHERE online = 1;"
    "CREATE INDEX devices_due ON devices(mac) WHERE online = 1 AND queued > 0 AND sent = 0;"
    "CREATE INDEX devices_image ON devices(image);"

    "CREATE TABLE commands ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," // never used again: a device may still hold one
    " device INTEGER NOT NULL REFERENCES devices(mac),"
    " name TEXT NOT NULL,"
    " state INTEGER NOT NULL,"
    " result TEXT NOT NULL, image TEXT NOT NULL, detail TEXT NOT NULL,"
    " created_at_ms INTEGER NOT NULL, sent_at_ms INTEGER NOT NULL, ended_at_ms INTEGER NOT NULL);"
    "CREATE INDEX commands_device ON commands(device);"
    "CREATE INDEX commands_queued ON commands(created_at_ms) WHERE state = 0;"
    "CREATE INDEX commands_queued_device ON commands(device) WHERE state = 0;"
    "CREATE INDEX commands_sent ON commands(sent_at_ms) WHERE state = 1;"
    "CREATE INDEX commands_sent_device ON commands(device) WHERE state = 1;"
    "CREATE TRIGGER commands_added AFTER INSERT ON commands BEGIN"
    " UPDATE devices SET queued = queued + (new.state = 0), sent = sent + (new.state = 1)"
    "  WHERE mac = new.device;"
    "END;"
    "CREATE TRIGGER commands_changed AFTER UPDATE OF state ON commands"
    " WHEN old.state <> new.state BEGIN"
    " UPDATE devices SET queued = queued + (new.state = 0) - (old.state = 0),"
    "  sent = sent + (new.state = 1) - (old.state = 1)"
    "  WHERE mac = new.device;"
    "END;"
    "PRAGMA user_version = 1;";

// Statuses are appended only; progress remembers the last one that went into status_hours. They do
// not refer to their device: to remove that, each of millions would be looked at, or each need a
// place in an index.
static const char history[] =
    "CREATE TABLE statuses ("
    " id INTEGER PRIMARY KEY,"
    " device INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " uptime_ms INTEGER, max_loop_ms INTEGER, mqtt_ms INTEGER, rssi_dbm INTEGER,"
    " free_heap_bytes INTEGER);"
    "CREATE TABLE status_hours ("
    " device INTEGER NOT NULL REFERENCES devices(mac),"
    " hour_ms INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " rssi_min INTEGER, rssi_max INTEGER, rssi_sum INTEGER NOT NULL, rssi_count INTEGER NOT NULL,"
    " free_heap_min INTEGER, max_loop_max INTEGER,"
    " has INTEGER NOT NULL,"
    " reboots INTEGER NOT NULL,"
    " PRIMARY KEY (device, hour_ms)) WITHOUT ROWID;"
    "CREATE INDEX status_hours_time ON status_hours(hour_ms);"
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO progress VALUES ('rolled-up', 0);"

    "CREATE TABLE events ("
    " id INTEGER PRIMARY KEY,"
    " device INTEGER NOT NULL REFERENCES devices(mac),"
    " at_ms INTEGER NOT NULL,"
    " kind TEXT NOT NULL, command TEXT NOT NULL, command_id INTEGER NOT NULL,"
    " result TEXT NOT NULL, image TEXT NOT NULL, detail TEXT NOT NULL);"
    "CREATE INDEX events_device ON events(device, at_ms);"
    "CREATE INDEX events_time ON events(at_ms);"
    "PRAGMA user_version = 2;";

static const char images[] = "CREATE TABLE images ("
                             " name TEXT PRIMARY KEY,"
                             " state INTEGER NOT NULL,"
                             " size_bytes INTEGER NOT NULL,"
                             " sha256 TEXT NOT NULL, md5 TEXT NOT NULL,"
                             " signer TEXT NOT NULL, embeds_from TEXT NOT NULL,"
                             " added_at_ms INTEGER NOT NULL, published_at_ms INTEGER NOT NULL);"
                             "CREATE TABLE image_embeds ("
                             " image TEXT NOT NULL REFERENCES images(name),"
                             " position INTEGER NOT NULL,"
                             " key TEXT NOT NULL," // need not be among the known keys
                             " PRIMARY KEY (image, position)) WITHOUT ROWID;"
                             "CREATE TABLE keys ("
                             " id TEXT PRIMARY KEY,"
                             " name TEXT NOT NULL UNIQUE,"
                             " algorithm TEXT NOT NULL,"
                             " der BLOB NOT NULL,"
                             " added_at_ms INTEGER NOT NULL);"
                             "PRAGMA user_version = 3;";

// A device's newest events, by their order of arrival.
static const char event_order[] = "CREATE INDEX events_order ON events(device);"
                                  "PRAGMA user_version = 4;";

// 0: not looked at yet.
static const char image_layout[] =
    "ALTER TABLE images ADD COLUMN layout INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 5;";

// What devices have downloaded; whether a command goes out unjudged.
static const char download_state[] =
    "CREATE TABLE downloads ("
    " device INTEGER NOT NULL REFERENCES devices(mac),"
    " file TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " spans TEXT NOT NULL,"
    " PRIMARY KEY (device, file)) WITHOUT ROWID;"
    "CREATE TABLE staged ("
    " device INTEGER PRIMARY KEY REFERENCES devices(mac),"
    " image TEXT NOT NULL, sha256 TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE INDEX staged_image ON staged(image);"
    "ALTER TABLE commands ADD COLUMN forced INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 6;";

// What could not be read of a device's payloads, by topic, and how its topics spell its MAC.
static const char faults[] =
    "ALTER TABLE devices ADD COLUMN bad_payload_at_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE devices ADD COLUMN spelling TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE device_faults ("
    " device INTEGER NOT NULL REFERENCES devices(mac) ON DELETE CASCADE,"
    " topic TEXT NOT NULL,"
    " count INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " position INTEGER NOT NULL,"
    " more INTEGER NOT NULL,"
    " reason TEXT NOT NULL, excerpt TEXT NOT NULL,"
    " PRIMARY KEY (device, topic)) WITHOUT ROWID;"
    "PRAGMA user_version = 7;";

// Certificates: device is NULL if a name of another kind is theirs, fingerprint '' if only the
// serial is known; with_device: revoked as one of its device's. Revoked devices need not be among
// the devices, and stay when those are forgotten.
static const char certificates[] =
    "CREATE TABLE certificates ("
    " serial TEXT NOT NULL, fingerprint TEXT NOT NULL,"
    " common_name TEXT NOT NULL, unit TEXT NOT NULL, is_server INTEGER NOT NULL,"
    " device INTEGER,"
    " not_before_ms INTEGER NOT NULL, not_after_ms INTEGER NOT NULL,"
    " known_at_ms INTEGER NOT NULL,"
    " origin INTEGER NOT NULL,"
    " revoked_at_ms INTEGER NOT NULL, reason TEXT NOT NULL,"
    " with_device INTEGER NOT NULL,"
    " PRIMARY KEY (serial, fingerprint)) WITHOUT ROWID;"
    "CREATE INDEX certificates_device ON certificates(device);"
    "CREATE INDEX certificates_revoked ON certificates(serial) WHERE revoked_at_ms > 0;"
    "CREATE TABLE device_revocations ("
    " device INTEGER PRIMARY KEY,"
    " revoked_at_ms INTEGER NOT NULL, reason TEXT NOT NULL,"
    " readmitted_at_ms INTEGER NOT NULL,"
    " before_ms INTEGER NOT NULL);"
    "CREATE TABLE replacements ("
    " device INTEGER PRIMARY KEY," // that came
    " old INTEGER NOT NULL, place INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL);"
    "CREATE INDEX replacements_old ON replacements(old);"
    "PRAGMA user_version = 8;";

// What is left out of what devices say, and what the broker drops of it. Of the events that there
// are already, those that speak of commands count as their outcomes.
static const char costs[] =
    "ALTER TABLE devices ADD COLUMN limited_at_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE events ADD COLUMN class INTEGER NOT NULL DEFAULT 0;"
    "UPDATE events SET class = CASE WHEN kind = 'command' THEN 3"
    " WHEN kind IN ('boot', 'trial', 'reboot') THEN 1 ELSE 2 END"
    " WHERE kind IN ('command', 'boot', 'trial', 'reboot', 'will', 'shared-identity', 'download');"
    "CREATE TABLE device_left_out ("
    " device INTEGER NOT NULL REFERENCES devices(mac) ON DELETE CASCADE,"
    " reason INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (device, reason)) WITHOUT ROWID;"
    "CREATE TABLE device_broker_limits ("
    " device INTEGER PRIMARY KEY REFERENCES devices(mac) ON DELETE CASCADE,"
    " messages INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " subscriptions INTEGER NOT NULL, connections INTEGER NOT NULL,"
    " reason TEXT NOT NULL, disconnected_s INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
    "PRAGMA user_version = 9;";

// The list of who is shut out is read from the indexes alone, but for a few rows; whose retained
// messages are to be taken away at the broker.
static const char listed[] =
    "DROP INDEX certificates_revoked;"
    "CREATE INDEX certificates_revoked ON certificates(with_device, serial, revoked_at_ms)"
    " WHERE revoked_at_ms > 0;"
    "DROP INDEX certificates_device;"
    "CREATE INDEX certificates_device ON certificates(device, not_before_ms);"
    "CREATE INDEX device_revocations_readmitted"
    " ON device_revocations(device, before_ms, readmitted_at_ms) WHERE readmitted_at_ms > 0;"
    "CREATE TABLE retained ("
    " device INTEGER PRIMARY KEY,"
    " spelling TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "INSERT INTO retained SELECT r.device,"
    "  coalesce((SELECT d.spelling FROM devices AS d WHERE d.mac = r.device), ''), r.revoked_at_ms"
    " FROM device_revocations AS r WHERE r.readmitted_at_ms = 0;"
    "PRAGMA user_version = 10;";

// A place that went back to the device that had it before: who came in between has it no more.
static const char given_back[] =
    "ALTER TABLE replacements ADD COLUMN given_back INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 11;";

// Who is on the way to a certificate, and until when everybody gets one. A certificate stays with
// its device, so that who asks again with the same key gets the same one.
static const char enrolments[] =
    "CREATE TABLE enrolments ("
    " device INTEGER PRIMARY KEY,"
    " state INTEGER NOT NULL," // enum enrolment_state
    " key_sha256 TEXT NOT NULL,"
    " claim TEXT NOT NULL, address TEXT NOT NULL,"
    " first_asked_ms INTEGER NOT NULL, last_asked_ms INTEGER NOT NULL,"
    " tries INTEGER NOT NULL,"
    " code_sha256 TEXT NOT NULL, code_tries INTEGER NOT NULL,"
    " decided_by TEXT NOT NULL, decided_at_ms INTEGER NOT NULL,"
    " alarms INTEGER NOT NULL, alarm_at_ms INTEGER NOT NULL,"
    " serial TEXT NOT NULL, certificate BLOB);"
    "CREATE INDEX enrolments_pending ON enrolments(address, first_asked_ms) WHERE state = 1;"
    "CREATE TABLE enrolment_window ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " until_ms INTEGER NOT NULL, decided_by TEXT NOT NULL, decided_at_ms INTEGER NOT NULL);"
    "PRAGMA user_version = 12;";

// How many devices a window lets in. One that was open lets in nobody more.
static const char window_bound[] =
    "ALTER TABLE enrolment_window ADD COLUMN at_most INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE enrolment_window ADD COLUMN let_in INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 13;";

// With which key somebody asked who must not, so that an operator can let that one in.
static const char alarm_key[] =
    "ALTER TABLE enrolments ADD COLUMN alarm_key_sha256 TEXT NOT NULL DEFAULT '';"
    "PRAGMA user_version = 14;";

// Why the signer refused what was decided.
static const char trouble[] =
    "ALTER TABLE enrolments ADD COLUMN trouble TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE enrolments ADD COLUMN trouble_at_ms INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 15;";

// Which devices may fetch their private key: none of those that could before.
static const char key_permits[] = "CREATE TABLE key_permits ("
                                  " device INTEGER PRIMARY KEY,"
                                  " allowed_by TEXT NOT NULL, allowed_at_ms INTEGER NOT NULL,"
                                  " fetched_at_ms INTEGER NOT NULL, fetched_from TEXT NOT NULL,"
                                  " sealed BLOB);" // by key_vault, until it was fetched
                                  "PRAGMA user_version = 16;";

// Commands that are ordered together go in waves. What a command brings is kept until it has ended.
static const char batches[] =
    "ALTER TABLE commands ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE commands ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX commands_batch ON commands(batch, wave) WHERE batch > 0;"
    "CREATE INDEX commands_waiting ON commands(batch, wave) WHERE state = 6;"
    "CREATE TABLE command_payloads ("
    " command INTEGER PRIMARY KEY REFERENCES commands(id) ON DELETE CASCADE,"
    " sealed TEXT NOT NULL);"
    "PRAGMA user_version = 17;";

// A change of the CA: the one row of what it has come to, and a row for each device (enum
// rotation_phase, rotation_holds, rotation_step). Devices need not be among those that have come.
static const char rotation[] =
    "CREATE TABLE rotation ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " phase INTEGER NOT NULL,"
    " old_ca TEXT NOT NULL, new_ca TEXT NOT NULL,"
    " started_at_ms INTEGER NOT NULL, phase_at_ms INTEGER NOT NULL);"
    "CREATE TABLE rotation_devices ("
    " device INTEGER PRIMARY KEY,"
    " holds INTEGER NOT NULL, step INTEGER NOT NULL,"
    " holds_at_ms INTEGER NOT NULL, step_at_ms INTEGER NOT NULL, next_at_ms INTEGER NOT NULL,"
    " looked_at_ms INTEGER NOT NULL DEFAULT 0,"
    " command_id INTEGER NOT NULL, tries INTEGER NOT NULL, reboots INTEGER NOT NULL,"
    " shows_new INTEGER NOT NULL, is_left INTEGER NOT NULL,"
    " detail TEXT NOT NULL);"
    "CREATE TABLE rotation_certificates ("
    " device INTEGER NOT NULL, key_sha256 TEXT NOT NULL, is_new INTEGER NOT NULL,"
    " pem TEXT NOT NULL,"
    " PRIMARY KEY (device, key_sha256, is_new)) WITHOUT ROWID;"
    "PRAGMA user_version = 18;";

// Which devices an operator means: tags and groups; what he has said of a device.
static const char selection[] =
    "CREATE TABLE device_tags ("
    " device INTEGER NOT NULL REFERENCES devices(mac) ON DELETE CASCADE,"
    " tag TEXT NOT NULL,"
    " PRIMARY KEY (device, tag)) WITHOUT ROWID;"
    "CREATE INDEX device_tags_tag ON device_tags(tag, device);"
    "CREATE TABLE device_marks ("
    " device INTEGER PRIMARY KEY REFERENCES devices(mac) ON DELETE CASCADE,"
    " held_at_ms INTEGER NOT NULL," // 0: it is not held
    " held_by TEXT NOT NULL, hold_reason TEXT NOT NULL,"
    " canary INTEGER NOT NULL,"
    " pin TEXT NOT NULL);"
    "CREATE TABLE device_groups ("
    " name TEXT PRIMARY KEY,"
    " filter TEXT NOT NULL,"
    " set_by TEXT NOT NULL, set_at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version = 19;";

// Who has changed what (audit_store.h). Nothing refers to anything: rows outlive what they are of.
// STRICT, so that what another program writes into them has the type that is read.
static const char audit[] = "CREATE TABLE audit ("
                            " number INTEGER PRIMARY KEY CHECK (number > 0),"
                            " at_ms INTEGER NOT NULL,"
                            " who TEXT NOT NULL, user_name TEXT NOT NULL, pid INTEGER NOT NULL,"
                            " verb TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL,"
                            " forced INTEGER NOT NULL,"
                            " before_json TEXT NOT NULL, after_json TEXT NOT NULL,"
                            " hash TEXT NOT NULL) STRICT;"
                            "PRAGMA user_version = 20;";

// How the devices of a board climb its release chain (enum board_policy), and what they must not
// go past.
static const char policies[] =
    "CREATE TABLE boards (name TEXT PRIMARY KEY, policy INTEGER NOT NULL) WITHOUT ROWID;"
    "ALTER TABLE images ADD COLUMN must_pass INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 21;";

const char *const store_schema_steps[STORE_SCHEMA_STEPS] = {devices, history, images, event_order,
    image_layout, download_state, faults, certificates, costs, listed, given_back, enrolments,
    window_bound, alarm_key, trouble, key_permits, batches, rotation, selection, audit, policies,
    store_schema_fleet_channels, store_schema_fleet_settings, store_schema_fleet_rollouts,
    store_schema_fleet_answers, store_schema_fleet_event_clock, store_schema_fleet_webhooks,
    store_schema_fleet_terms, store_schema_fleet_errors, store_schema_fleet_keys,
    store_schema_fleet_config_rollouts, store_schema_fleet_users, store_schema_fleet_labels};
