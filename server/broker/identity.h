#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/broker/access_table.h"
#include "server/pki/authority.h"

#define IDENTITY_NAME_SIZE 65 // a common name with its NUL

// Who a client is: the user name that it gets.
struct identity {
    char name[IDENTITY_NAME_SIZE];
    char mac[MAC_SIZE]; // a device's, else ""
    int role;           // of the access table
};

// Whether a text may be who somebody is: it becomes part of topics and of lines.
bool identity_is_name(const char *name);

// Who bears a certificate that was judged good: the device whose MAC is its common name; the
// daemon, by its name, if it may be a server too; else whom its organizational unit makes it.
// ERR_DENIED with the reason.
ERR_CHECKED int identity_from_certificate(const struct certificate_facts *facts,
    const struct access_table *table, const char *daemon, struct identity *out, struct err *err);

// Who is called so, as far as a name tells: a device or the daemon, else nobody (false). For
// sessions without a connection.
bool identity_from_name(const char *name, const char *daemon, struct identity *out);

// The same of somebody whose role is known by its name, as it was noted when he was here last.
bool identity_from_note(const char *name, const char *role, const struct access_table *table,
    const char *daemon, struct identity *out);

// Whether it may use a client identifier: its own name, and a device also one that holds no other
// device's MAC and is no role's or the daemon's name. Any 12 hex digits are a MAC, but for the end
// of a UUID; a device's own is also that of its soft access point. ERR_DENIED with the reason.
ERR_CHECKED int identity_check_client_id(const struct identity *identity, const char *client_id,
    const struct access_table *table, const char *daemon, struct err *err);

// Whether a client identifier alone tells that it is this one's: nobody else could use it.
bool identity_is_told_by(const struct identity *identity, const char *client_id);

#endif
