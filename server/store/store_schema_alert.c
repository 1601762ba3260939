// The schema of alerts.
#include "server/store/store_schema_alert.h"

// What somebody has to be woken for (alert_store.h): what goes on, and what was told of it, by
// whose numbers webhooks and mail know how far they are. Events of before are no alerts.
const char store_schema_alert_alerts[] =
    "CREATE TABLE alerts ("
    " number INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " UNIQUE (kind, subject));"
    "CREATE TABLE alert_notes ("
    " number INTEGER PRIMARY KEY,"
    " at_ms INTEGER NOT NULL, state INTEGER NOT NULL," // enum alert_state
    " kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL);"
    "CREATE TABLE alert_progress ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " events INTEGER NOT NULL, mailed INTEGER NOT NULL,"
    " hour_ms INTEGER NOT NULL, sent INTEGER NOT NULL, held INTEGER NOT NULL);"
    "INSERT INTO alert_progress SELECT 1, newest, 0, 0, 0, 0 FROM event_clock;"
    "ALTER TABLE webhooks ADD COLUMN alert_cursor INTEGER NOT NULL DEFAULT 0;"
    "PRAGMA user_version = 34;";
