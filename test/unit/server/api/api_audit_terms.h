#ifndef TEST_SERVER_API_API_AUDIT_TERMS_H
#define TEST_SERVER_API_API_AUDIT_TERMS_H

#include "server/api/api_once.h"
#include "server/store/audit_store.h"
#include "test/unit/server/api/api_fixture.h"

static inline int copy(const struct audit_row *row, void *ctx)
{
    *(struct audit_row *)ctx = *row;
    return 0;
}

// The last row; number 0 if there is none.
static inline struct audit_row last_row(struct fixture *f)
{
    struct audit_store_wish wish = {INT64_MIN, INT64_MIN, "", "", 1000};
    struct store_connection *connection;
    struct audit_row row = {.number = 0};

    assert_int_equal(store_read_begin(f->api.store, &connection, NULL), 0);
    assert_int_equal(audit_store_page(connection, &wish, copy, &row, NULL), 0);
    store_read_end(f->api.store, connection);
    return row;
}

// A request of api_audit_test.c on terms that are not met, or that its route cannot keep to: it is
// refused, and nothing is written. Whether by the state of what it is about, not by its route.
static inline bool api_audit_terms_refuse(struct fixture *f, const char *pattern,
    void (*take)(struct fixture *f, const void *step), const void *step)
{
    int64_t before = last_row(f).number;
    long status;

    api_fixture_headers = "If-Match: \"00000000000000000000000000000000\"\r\n";
    take(f, step);
    status = strtol(f->answer + strlen("HTTP/1.x "), NULL, 10);
    if (status != 412)
        expect(f, pattern, 400, "takes no If-Match", "");
    api_fixture_headers = "Idempotency-Key: \"9a1ea1f4-1c6c-4c0e-a1c5\"\r\n";
    if (!api_once_is_taken(pattern)) {
        take(f, step);
        expect(f, pattern, 400, "takes no Idempotency-Key", "");
    }
    api_fixture_headers = "";
    assert_int_equal(last_row(f).number, before);
    return status == 412;
}

#endif
