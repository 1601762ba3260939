// Steps of the schema for releases to a fleet.
#include "server/store/store_schema_fleet.h"

// To whom an image is published, and what devices and groups follow (enum channel): all that there
// is is stable's.
const char store_schema_fleet_channels[] =
    "ALTER TABLE images ADD COLUMN channel INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE images ADD COLUMN was_stable INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE device_marks ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE device_groups ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 22;";

// What operators say of config.json (settings_store.h), and which one devices run
// (device_config_store.h). The history refers to nothing: it outlives groups and devices.
const char store_schema_fleet_settings[] =
    "CREATE TABLE settings_layers ("
    " scope INTEGER NOT NULL," // enum settings_scope
    " name TEXT NOT NULL,"
    " patch TEXT NOT NULL,"
    " number INTEGER NOT NULL,"
    " PRIMARY KEY (scope, name)) WITHOUT ROWID;"
    "CREATE TABLE settings_history ("
    " number INTEGER PRIMARY KEY,"
    " at_ms INTEGER NOT NULL, set_by TEXT NOT NULL,"
    " scope INTEGER NOT NULL, name TEXT NOT NULL,"
    " before_patch TEXT NOT NULL, after_patch TEXT NOT NULL);"
    "CREATE TABLE settings_members ("
    " name TEXT PRIMARY KEY,"
    " rule TEXT NOT NULL,"
    " set_by TEXT NOT NULL, set_at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "ALTER TABLE devices ADD COLUMN config_hash TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE device_configs ("
    " device INTEGER PRIMARY KEY REFERENCES devices(mac) ON DELETE CASCADE,"
    " fetched TEXT NOT NULL, fetched_at_ms INTEGER NOT NULL,"
    " inferred TEXT NOT NULL, assumed INTEGER NOT NULL,"
    " wanted TEXT NOT NULL);"
    "PRAGMA user_version = 23;";

// Images on their way to devices (enum rollout_state, rollout_stage). Devices need not be known; a
// command's row says nothing of its rollout, the row here says which command it is.
const char store_schema_fleet_rollouts[] =
    "CREATE TABLE rollouts ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, image TEXT NOT NULL,"
    " state INTEGER NOT NULL, phase INTEGER NOT NULL, soak_at_ms INTEGER NOT NULL,"
    " forgiven INTEGER NOT NULL, gated INTEGER NOT NULL, reason TEXT NOT NULL,"
    " created_at_ms INTEGER NOT NULL, ended_at_ms INTEGER NOT NULL,"
    " phases TEXT NOT NULL, rate INTEGER NOT NULL, at_once INTEGER NOT NULL,"
    " site_size INTEGER NOT NULL, site_prefix TEXT NOT NULL, start_ms INTEGER NOT NULL,"
    " time_window TEXT NOT NULL, success INTEGER NOT NULL, soak_ms INTEGER NOT NULL,"
    " failures TEXT NOT NULL, timeout_ms INTEGER NOT NULL, canaries_first INTEGER NOT NULL);"
    "CREATE TABLE rollout_devices ("
    " rollout INTEGER NOT NULL REFERENCES rollouts(id) ON DELETE CASCADE,"
    " device INTEGER NOT NULL, place INTEGER NOT NULL, phase INTEGER NOT NULL,"
    " site TEXT NOT NULL, stage INTEGER NOT NULL, command_id INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, before TEXT NOT NULL,"
    " began_at_ms INTEGER NOT NULL, ended_at_ms INTEGER NOT NULL, reason TEXT NOT NULL,"
    " PRIMARY KEY (rollout, device)) WITHOUT ROWID;"
    "CREATE INDEX rollout_devices_stage ON rollout_devices(rollout, stage, phase, place);"
    "CREATE INDEX rollout_devices_begun ON rollout_devices(rollout, began_at_ms)"
    " WHERE began_at_ms > 0;"
    "CREATE INDEX rollout_devices_device ON rollout_devices(device);"
    "PRAGMA user_version = 24;";

// How commands are answered: taken, sent again, and at which step they failed. What is under way is
// judged by what there was before.
const char store_schema_fleet_answers[] =
    "ALTER TABLE commands ADD COLUMN step TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE commands ADD COLUMN code INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE commands ADD COLUMN accepted_at_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE commands ADD COLUMN due_at_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE commands ADD COLUMN sends INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE commands ADD COLUMN last_sent_at_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE commands ADD COLUMN inferred INTEGER NOT NULL DEFAULT 0;"
    "UPDATE commands SET inferred = 1 WHERE detail LIKE 'inferred: %';"
    "UPDATE commands SET due_at_ms = sent_at_ms + 1, last_sent_at_ms = sent_at_ms"
    " WHERE state = 1;"
    "DROP INDEX commands_sent;"
    "CREATE INDEX commands_sent ON commands(due_at_ms) WHERE state = 1;"
    "ALTER TABLE events ADD COLUMN step TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE events ADD COLUMN code INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 25;";

// The number of the newest event, which each new one raises: the largest id of a row would do, if
// the newest events did not go with their device, or at their age. Then it would fall, and who
// follows the events would take later ones for those that it has seen. A row is written here, not
// a sequence of the engine's (AUTOINCREMENT, IDENTITY): it is the same SQL for both engines, needs
// no table made anew, is given back with its transaction, so that a hole says that an event was
// removed, and orders two writers as they commit.
const char store_schema_fleet_event_clock[] =
    "CREATE TABLE event_clock (id INTEGER PRIMARY KEY CHECK (id = 1), newest INTEGER NOT NULL);"
    "INSERT INTO event_clock SELECT 1, COALESCE(MAX(id), 0) FROM events;"
    "PRAGMA user_version = 26;";

// Where events are sent to, and what waits to be (webhook_store.h). A message's number may come
// again once it is gone; its text does not.
const char store_schema_fleet_webhooks[] =
    "CREATE TABLE webhooks ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, url TEXT NOT NULL,"
    " kinds TEXT NOT NULL, filter TEXT NOT NULL,"
    " sealed BLOB NOT NULL," // the secret, by key_vault
    " set_by TEXT NOT NULL, created_at_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL DEFAULT 0," // enum webhook_state
    " event_cursor INTEGER NOT NULL, audit_cursor INTEGER NOT NULL,"
    " sent INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " given_up INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,"
    " last_message TEXT NOT NULL DEFAULT '', last_at_ms INTEGER NOT NULL DEFAULT 0,"
    " last_status INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '');"
    "CREATE TABLE webhook_messages ("
    " id INTEGER PRIMARY KEY,"
    " webhook INTEGER NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,"
    " message TEXT NOT NULL,"
    " queued_at_ms INTEGER NOT NULL, next_at_ms INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX webhook_messages_order ON webhook_messages(webhook, id);"
    "PRAGMA user_version = 27;";

// What requests may be made to depend on: how often an object was changed (audit_store.h), and
// whether the same was asked before (answer_store.h).
const char store_schema_fleet_terms[] = "CREATE INDEX audit_object ON audit(kind, object, number);"
                                        "CREATE TABLE answers ("
                                        " key_hash TEXT PRIMARY KEY,"
                                        " request_hash TEXT NOT NULL, at_ms INTEGER NOT NULL,"
                                        " status INTEGER NOT NULL,"
                                        " body TEXT) WITHOUT ROWID;" // NULL: it was too long
                                        "CREATE INDEX answers_age ON answers(at_ms);"
                                        "PRAGMA user_version = 28;";

// How often a device said a new error message: what its hours are judged by. Of what there was
// before, nothing is known.
const char store_schema_fleet_errors[] =
    "ALTER TABLE statuses ADD COLUMN new_errors INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE status_hours ADD COLUMN new_errors INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 29;";

// Keys that are to sign nothing more; 0: it is in use.
const char store_schema_fleet_keys[] =
    "ALTER TABLE keys ADD COLUMN retired_at_ms INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 30;";

// Rollouts of a configuration (enum rollout_kind): what is to be set where, and who began it; and
// of a change of settings, which rollout made it. All that there is is of images, and of operators.
const char store_schema_fleet_config_rollouts[] =
    "ALTER TABLE rollouts ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rollouts ADD COLUMN scope INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rollouts ADD COLUMN scope_name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE rollouts ADD COLUMN patch TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE rollouts ADD COLUMN set_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE settings_history ADD COLUMN rollout TEXT NOT NULL DEFAULT '';"
    "PRAGMA user_version = 31;";

// Who may use the API over HTTPS (user_store.h): people, where they are logged in, and what
// programs show. Neither secrets nor passwords are here, only their hashes.
const char store_schema_fleet_users[] =
    "CREATE TABLE users ("
    " name TEXT PRIMARY KEY,"
    " role TEXT NOT NULL,"     // role_name()
    " password TEXT NOT NULL," // password_hash.h; '': none
    " created_at_ms INTEGER NOT NULL, password_at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE sessions ("
    " hash TEXT PRIMARY KEY,"
    " user_name TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,"
    " created_at_ms INTEGER NOT NULL, used_at_ms INTEGER NOT NULL,"
    " address TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX sessions_user ON sessions(user_name, created_at_ms);"
    "CREATE TABLE tokens ("
    " name TEXT PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE,"
    " user_name TEXT REFERENCES users(name) ON DELETE CASCADE," // NULL: made on the machine itself
    " role TEXT NOT NULL,"
    " created_at_ms INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL,"
    " used_at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX tokens_user ON tokens(user_name);"
    "PRAGMA user_version = 32;";

// What an operator calls a device, where it is and what is to be known of it, beside what it says
// of itself. What is counted again and again (metrics_store.h) is read from indexes alone: rows of
// devices and of enrolments are long. A usual status changes neither column of the first.
const char store_schema_fleet_labels[] =
    "CREATE TABLE device_labels ("
    " device INTEGER PRIMARY KEY REFERENCES devices(mac) ON DELETE CASCADE,"
    " name TEXT NOT NULL, place TEXT NOT NULL, note TEXT NOT NULL);"
    "DROP INDEX devices_image;"
    "CREATE INDEX devices_image ON devices(image, online);"
    "CREATE INDEX enrolments_state ON enrolments(state);"
    "PRAGMA user_version = 33;";
