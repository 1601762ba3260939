#ifndef TEST_SERVER_SIGNER_SIGNER_FIXTURE_H
#define TEST_SERVER_SIGNER_SIGNER_FIXTURE_H

// A CA in a folder, and requests to its signer. In a header, since each test program is one file.

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "server/signer/signer_message.h"
#include "server/signer/signer_policy.h"
#include "test/unit/server/base/scratch.h"
#include "test/unit/server/pki/request_fixture.h"

#define SIGNER_FIXTURE_MAC "84f3eb000001"

static const struct signer_policy signer_fixture_policy = {
    .days = 825, .per_hour = 100, .allows_p256 = true};

// For cmocka: *state is the folder of a new CA.
static inline int signer_fixture_make(void **state)
{
    struct pki_folder_pair pair;

    if (scratch_make(state) != 0)
        return -1;

    struct pki_folder_order order = {.folder = *state, .now_ms = clock_system_ms()};

    return pki_folder_init(&order, "test CA", &pair, NULL);
}

// How many certificates are recorded.
static inline size_t signer_fixture_recorded(const char *folder)
{
    struct issued_state state = {0};

    return issued_look(folder, &state, NULL) == 0 ? state.count : 0;
}

// Writes a whole message that asks for a certificate.
static inline void signer_fixture_request(
    const struct request_fixture *fixture, int days, struct signer_message_written *out)
{
    uint8_t der[REQUEST_FIXTURE_MAX];
    struct signer_message_request request = {.days = days, .note = "enrolment 1", .csr = der};

    request.n = request_fixture_make(fixture, der);
    if (signer_message_write_request(&request, out) < 0)
        out->n = 0;
}

#endif
