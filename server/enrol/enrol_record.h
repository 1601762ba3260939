#ifndef ENROL_RECORD_H
#define ENROL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/audit/audit_run.h"
#include "server/base/err.h"
#include "server/enrol/enrol_judge.h"
#include "server/model/certificate_record.h"
#include "server/store/store.h"

// A certificate that was made for a request, on its way into the database. All borrowed.
struct enrol_record {
    const struct enrol_judge *judge; // the request, as it was decided
    const struct certificate_record *record;
    const uint8_t *der; // of the certificate, n bytes
    size_t n;

    bool is_withdrawn; // filled in: it is not to be given away, as the decision holds no more
};

// A store_job whose ctx is one of these. The certificate becomes known in any case, as it was made.
ERR_CHECKED int enrol_record_run(struct store_connection *connection, void *ctx, struct err *err);

// What the audit log is told of it, with the same ctx.
void enrol_record_tell(struct audit_told *told, const void *ctx);

#endif
