#ifndef MODEL_AUDIT_H
#define MODEL_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

// What somebody has changed: a row of the audit log.

// What is changed. The numbers are nobody's but this program's: rows bear the names.
enum audit_kind {
    AUDIT_DEVICE, // by MAC: shut out, let in, forgotten, replaced, its key, its tags, hold, pin
    AUDIT_CERTIFICATE, // by serial; those that are recorded together bear no name
    AUDIT_ENROLMENT,   // by MAC
    AUDIT_WINDOW,      // the time in which everybody gets a certificate
    AUDIT_ROTATION,    // the change of the CA
    AUDIT_COMMAND,     // by MAC, or "all"
    AUDIT_NETWORKS,    // Wi-Fi networks: by batch
    AUDIT_IMAGE,       // by name
    AUDIT_KEY,         // that signs images: by id
    AUDIT_REVOCATIONS, // the list of all that is shut out
    AUDIT_GROUP,       // of devices: by name
    AUDIT_BOARD,       // how its devices climb: by name
    AUDIT_SETTINGS,    // of config.json: "fleet", "group NAME", "device MAC"; "schema"
    AUDIT_ROLLOUT,     // by name
    AUDIT_WEBHOOK,     // by name
    AUDIT_ALERT,       // by kind
    AUDIT_USER,        // of this API: by name
    AUDIT_TOKEN,       // likewise
    AUDIT_BACKUP,      // of all: that one was made, or put back
    AUDIT_KIND_COUNT
};

#define AUDIT_WHO_SIZE 46  // "uid 1000", "user NAME", "token NAME"
#define AUDIT_USER_SIZE 88 // with the terminating NUL, as the others
#define AUDIT_VERB_SIZE 24
#define AUDIT_KIND_SIZE 16
#define AUDIT_OBJECT_SIZE 128
// The filter of a group has 2048, of which each may be escaped; the patch of a rollout, too, beside
// its reason.
#define AUDIT_STATE_SIZE 5120
#define AUDIT_HASH_SIZE 65 // SHA-256 as hex

#define AUDIT_WHO_DAEMON "daemon" // its own decisions

struct audit_terms;

// Who it was.
struct audit_author {
    char who[AUDIT_WHO_SIZE];
    // Of a uid the name of that user then, else the address, and of a user's token also that:
    // "192.0.2.7, token NAME"; or "".
    char user[AUDIT_USER_SIZE];
    int64_t pid; // of the process that asked; 0: not known
    // On which terms (audit_terms.h), borrowed while he is asking; NULL: none.
    struct audit_terms *terms;
};

struct audit_row {
    int64_t number; // from 1 on, without a gap
    int64_t at_ms;  // by the system's clock
    struct audit_author author;
    char verb[AUDIT_VERB_SIZE];     // "publish"
    char kind[AUDIT_KIND_SIZE];     // "image"
    char object[AUDIT_OBJECT_SIZE]; // which, or ""
    bool forced;                    // over an objection, or without asking for one
    // How the object was and is: a JSON object, "" where there is none.
    char before[AUDIT_STATE_SIZE];
    char after[AUDIT_STATE_SIZE];
    char hash[AUDIT_HASH_SIZE]; // audit_chain.h
};

// "device", "certificate", "enrolment", "window", "rotation", "command", "networks", "image",
// "key", "revocations", "group", "board", "settings", "rollout",
// "webhook", "alert", "user", "token", "backup".
const char *audit_kind_name(enum audit_kind kind);

#endif
