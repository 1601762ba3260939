// Downloads a file, validates and stages it.
#include "firmware/core/fetch.h"

#include <mbedtls/platform_util.h>

#include "firmware/core/files.h"
#include "firmware/core/http_reason.h"
#include "firmware/core/memory.h"
#include "firmware/core/settings.h"
#include "firmware/core/tls_library.h"

int fetch_start(struct fetch *fetch, enum staging_file file, struct tls *tls,
    struct settings *settings, struct failure *failure)
{
    char name[STAGING_NAME_SIZE];

    staging_name(file, fetch->mac, false, name);
    int rc = https_start(fetch->https, tls, settings, name, NULL, failure);

    if (rc < 0)
        return rc;
    fetch->file = file;
    fetch->used = 0;
    fetch->phase = FETCH_REQUEST;
    return 0;
}

static int step_request(struct fetch *fetch, struct failure *failure)
{
    int rc = https_step(fetch->https, failure);

    if (rc != STEP_DONE)
        return rc;
    if (fetch->https->head.status != 200) {
        http_reason_start(failure, fetch->https->head.status);
        fetch->phase = FETCH_REASON;
        return STEP_AGAIN;
    }
    if (fetch->https->head.content_length > STAGING_FILE_MAX)
        return failure_set(
            failure, RESULT_OVERSIZED, "file: is larger than %d bytes", STAGING_FILE_MAX);
    fetch->phase = FETCH_FILE;
    return STEP_AGAIN;
}

static bool is_ca_staged(struct fetch *fetch)
{
    char name[STAGING_NAME_SIZE];
    uint8_t byte;

    staging_name(STAGING_CA, fetch->mac, true, name);
    return files_read(fetch->port, name, &byte, sizeof byte) >= 0;
}

// That it is not the other one's is no reason to refuse what came, only a remark.
static int compare_keys(const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key,
    const char *remark, struct failure *failure)
{
    int rc = 0;

    if (!tls_library_is_pair(public_key, private_key)) {
        rc = memory_was_short() ? -(int)RESULT_OUT_OF_MEMORY : 0;
        failure_set(failure, RESULT_OK, "%s: both are needed at the restart", remark);
    }
    return rc;
}

// A certificate must be from the CA in use, unless another CA is staged: then the start decides,
// as it does about a key that does not come with its certificate.
static int check_cert(struct fetch *fetch, struct identity *fresh, struct failure *failure)
{
    int rc = identity_read_cert(fresh, fetch->scratch, fetch->used, fetch->mac, failure);

    if (rc < 0)
        return rc;

    // Borrowed, so that the one check serves both.
    mbedtls_x509_crt own_ca = fresh->ca;

    fresh->ca = fetch->identity->ca;
    rc = identity_check_chain(fresh, true, failure);
    fresh->ca = own_ca;
    if (rc < 0 && (memory_was_short() || !is_ca_staged(fetch)))
        return rc;
    failure_clear(failure);
    return compare_keys(&fresh->cert.pk, &fetch->identity->key, "is for another key", failure);
}

static int check_key(struct fetch *fetch, struct identity *fresh, struct failure *failure)
{
    int rc = identity_read_key(fresh, fetch->scratch, fetch->used, failure);

    return rc < 0 ? rc
                  : compare_keys(&fetch->identity->cert.pk, &fresh->key, "is another certificate's",
                        failure);
}

static int check_config(struct fetch *fetch, struct failure *failure)
{
    struct settings settings;

    return settings_parse((const char *)fetch->scratch, fetch->used, &settings, failure);
}

static int check_credential(struct fetch *fetch, struct failure *failure)
{
    struct identity fresh;
    int rc;

    identity_init(&fresh);
    if (fetch->file == STAGING_CERT)
        rc = check_cert(fetch, &fresh, failure);
    else if (fetch->file == STAGING_KEY)
        rc = check_key(fetch, &fresh, failure);
    else
        rc = identity_read_ca(&fresh, fetch->scratch, fetch->used, failure);
    identity_clear(&fresh);
    return rc;
}

// Apart, as each takes much of the stack.
static int check_file(struct fetch *fetch, struct failure *failure)
{
    int rc;

    failure_clear(failure);
    memory_watch();
    if (fetch->file == STAGING_CONFIG)
        rc = check_config(fetch, failure);
    else
        rc = check_credential(fetch, failure);
    return memory_judge(rc, failure);
}

static int end_file(struct fetch *fetch, struct failure *failure)
{
    char name[STAGING_NAME_SIZE];

    fetch->scratch[fetch->used] = '\0';

    int rc = check_file(fetch, failure);

    if (rc < 0)
        return rc;
    staging_name(fetch->file, fetch->mac, true, name);
    if (files_write(fetch->port, name, fetch->scratch, fetch->used) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "file: cannot be written");
    return STEP_DONE;
}

static int step_file(struct fetch *fetch, struct failure *failure)
{
    int n = https_read(
        fetch->https, fetch->scratch + fetch->used, STAGING_FILE_MAX - fetch->used, failure);

    if (n == TLS_END)
        return end_file(fetch, failure);
    if (n < 0)
        return n;
    fetch->used += (size_t)n;
    return STEP_AGAIN;
}

int fetch_step(struct fetch *fetch, struct failure *failure)
{
    int rc = STEP_DONE;

    switch (fetch->phase) {
    case FETCH_IDLE: return STEP_DONE;
    case FETCH_REQUEST: rc = step_request(fetch, failure); break;
    case FETCH_REASON: rc = http_reason_step(fetch->https, failure); break;
    case FETCH_FILE: rc = step_file(fetch, failure); break;
    }
    if (rc != STEP_AGAIN)
        fetch_stop(fetch);
    return rc;
}

void fetch_stop(struct fetch *fetch)
{
    if (fetch->phase == FETCH_IDLE)
        return;
    https_stop(fetch->https);
    mbedtls_platform_zeroize(fetch->scratch, STAGING_FILE_MAX + 1); // it may hold a key
    fetch->phase = FETCH_IDLE;
}
