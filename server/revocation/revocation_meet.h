#ifndef REVOCATION_MEET_H
#define REVOCATION_MEET_H

#include "server/model/certificate_record.h"
#include "server/pki/certificate_facts.h"
#include "server/store/store.h"

#define REVOCATION_MEET_MAX 32 // certificates of one device that nobody issued here; more are left

// Remembers a certificate: queued, and lost in a crash. mac: of its device, or NULL if it is to be
// told from its common name. Never blocks. Any thread.
void revocation_meet_post(struct store *store, const struct certificate_facts *facts,
    const char *mac, enum certificate_origin origin);

// What is recorded of a certificate; mac as above.
void revocation_meet_describe(const struct certificate_facts *facts, const char *mac,
    enum certificate_origin origin, struct certificate_record *out);

// Remembers one that was issued, however many of its device there are. Within a store_job. added
// may be NULL.
ERR_CHECKED int revocation_meet_issued(struct store_connection *connection,
    const struct certificate_record *record, bool *added, struct err *err);

#endif
