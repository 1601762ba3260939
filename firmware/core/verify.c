// May this image replace the one that runs?
#include "firmware/core/verify.h"

#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "common/image_version.h"
#include "firmware/core/identity.h"
#include "firmware/core/memory.h"

void verify_start(struct verify *verify, struct port *port, const struct slots *slots,
    size_t image_size, uint8_t *scratch)
{
    memset(verify, 0, sizeof *verify);
    verify->port = port;
    verify->slots = slots;
    verify->image_size = image_size;
    verify->scratch = scratch;
    image_digest_start(&verify->digest);
}

void verify_stop(struct verify *verify)
{
    image_digest_clear(&verify->digest);
}

bool verify_signature(const struct image_descriptor_key *key, const uint8_t hash[IMAGE_DIGEST_SIZE],
    const uint8_t *signature, size_t signature_size)
{
    mbedtls_pk_context pk;
    bool good = false;

    mbedtls_pk_init(&pk);
    if (mbedtls_pk_parse_public_key(&pk, key->der, key->size_bytes) == 0 &&
        identity_accepts_key(&pk))
        good = mbedtls_pk_verify(
                   &pk, MBEDTLS_MD_SHA256, hash, IMAGE_DIGEST_SIZE, signature, signature_size) == 0;
    mbedtls_pk_free(&pk);
    return good;
}

static int step_hash(struct verify *verify, struct failure *failure)
{
    size_t n = verify->image_size - verify->offset;

    if (n > VERIFY_SCRATCH)
        n = VERIFY_SCRATCH;
    if (n == 0) {
        int rc = image_digest_finish(
            &verify->digest, verify->hash, &verify->trailer, &verify->signature, failure);

        verify->phase = VERIFY_SIGNATURE;
        return rc < 0 ? rc : STEP_AGAIN;
    }
    if (lead_read(verify->port, slots_idle(verify->slots), verify->lead, verify->offset,
            verify->scratch, n) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "the slot cannot be read");
    image_digest_feed(&verify->digest, verify->scratch, n);
    verify->offset += n;
    return STEP_AGAIN;
}

// Reads the running image's descriptor into scratch.
static int read_running(
    struct verify *verify, struct image_descriptor *descriptor, struct failure *failure)
{
    const struct slots_image *image = &verify->slots->images[verify->slots->active];
    struct image_scan scan;

    image_scan_start(&scan, verify->port, verify->slots->active, image->size_bytes);
    return image_scan_read(&scan, image->descriptor_offset, verify->scratch, descriptor, failure);
}

static int check_signature(struct verify *verify, struct failure *failure)
{
    struct image_descriptor running;
    int rc = read_running(verify, &running, failure);

    if (rc < 0)
        return rc;
    memory_watch();
    for (size_t i = 0; i < running.key_count; i++) {
        if (verify_signature(
                &running.keys[i], verify->hash, verify->signature, verify->trailer.signature_size))
            return STEP_DONE;
    }
    rc = failure_set(failure, RESULT_SIGNATURE_INVALID, "image: no key of ours has signed it");
    return memory_judge(rc, failure);
}

// Without memory it is not known whose signature it is: some may be free a little later.
static int step_signature(struct verify *verify, struct failure *failure)
{
    uint32_t now_ms = verify->port->ops->now_ms(verify->port);
    int rc;

    if (!timer_ended(&verify->pause, now_ms))
        return STEP_AGAIN;
    rc = check_signature(verify, failure);
    if (rc == -(int)RESULT_OUT_OF_MEMORY && ++verify->tries < VERIFY_TRIES) {
        timer_start(&verify->pause, now_ms, VERIFY_PAUSE_MS);
        return STEP_AGAIN;
    }
    if (rc < 0)
        return rc;
    verify->phase = VERIFY_DESCRIPTOR;
    image_scan_start(
        &verify->scan, verify->port, slots_idle(verify->slots), verify->trailer.body_size);
    verify->scan.lead = verify->lead;
    return STEP_AGAIN;
}

static int decide(struct verify *verify, struct slots_image *image, struct failure *failure)
{
    const struct image_name *name = &verify->scan.name;
    struct image_descriptor running;
    int rc = read_running(verify, &running, failure);

    if (rc < 0)
        return rc;
    if (strcmp(name->board, running.name.board) != 0)
        return failure_set(
            failure, RESULT_WRONG_BOARD, "image %s: is for another board", name->text);
    if (image_version_compare(name->version, running.name.version) <= 0)
        return failure_set(failure, RESULT_NOT_NEWER, "image %s: is not newer", name->text);
    image->size_bytes = (uint32_t)verify->image_size;
    image->descriptor_offset = (uint32_t)verify->scan.descriptor_offset;
    memcpy(image->name, name->text, sizeof image->name);
    return STEP_DONE;
}

int verify_step(struct verify *verify, struct slots_image *image, struct failure *failure)
{
    int rc;

    switch (verify->phase) {
    case VERIFY_HASH: return step_hash(verify, failure);
    case VERIFY_SIGNATURE: return step_signature(verify, failure);
    case VERIFY_DESCRIPTOR:
        rc = image_scan_step(&verify->scan, verify->scratch, failure);
        return rc == STEP_DONE ? decide(verify, image, failure) : rc;
    }
    return failure_set(failure, RESULT_FLASH_FAILED, "no check is under way");
}
