#ifndef ENROLMENT_WINDOW_STORE_H
#define ENROLMENT_WINDOW_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/enrolment.h"
#include "server/store/store.h"

// The time in which everybody gets a certificate.
struct enrolment_window {
    int64_t until_ms; // 0, or over: it is closed
    int64_t at_most;  // devices that it lets in
    int64_t let_in;   // so many were
    char decided_by[ENROLMENT_BY_SIZE];
    int64_t decided_at_ms; // 0: it never was open
};

// Whether its time is not over at now_ms.
bool enrolment_window_store_is_on(const struct enrolment_window *window, int64_t now_ms);

// Whether it lets in one more then.
bool enrolment_window_store_has_room(const struct enrolment_window *window, int64_t now_ms);

// All: ERR_IO if the database fails.
ERR_CHECKED int enrolment_window_store_get(
    struct store_connection *connection, struct enrolment_window *out, struct err *err);
ERR_CHECKED int enrolment_window_store_put(
    struct store_connection *connection, const struct enrolment_window *window, struct err *err);

#endif
