// The device's certificate, its key and its CA, from flash into the arena.
#include "test/deployed/deployed_credentials.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"
#include "test/deployed/pem_file.h"

#define NAME_MAX_SIZE 256 // a CA's distinguished name
#define PATH_SIZE 512

// Copies what a decoder holds. False if the arena is full.
static bool keep(unsigned char **p, size_t n)
{
    unsigned char *copy = arena_take(n);

    if (copy == NULL)
        return false;
    memcpy(copy, *p, n);
    *p = copy;
    return true;
}

static int arena_is_full(const char *what)
{
    return deployed_report_failure(FAILURE_ARENA, "the arena is full: %s", what);
}

// --- the CA

struct anchor_source {
    br_x509_decoder_context decoder;
    unsigned char name[NAME_MAX_SIZE];
    size_t name_size;
};

static void append_name(void *ctx, const void *p, size_t n)
{
    struct anchor_source *source = ctx;

    if (n <= sizeof source->name - source->name_size) {
        memcpy(source->name + source->name_size, p, n);
        source->name_size += n;
    }
}

static void push_certificate(void *ctx, const void *p, size_t n)
{
    br_x509_decoder_push(&((struct anchor_source *)ctx)->decoder, p, n);
}

static int keep_anchor(struct anchor_source *source, const char *path, br_x509_trust_anchor *out)
{
    br_x509_pkey *key = br_x509_decoder_get_pkey(&source->decoder);
    bool kept;

    if (key == NULL || !br_x509_decoder_isCA(&source->decoder))
        return deployed_report_failure(FAILURE_FILE, "%s: no CA", path);
    out->flags = BR_X509_TA_CA;
    out->dn.data = source->name;
    out->dn.len = source->name_size;
    out->pkey = *key;
    kept = keep(&out->dn.data, out->dn.len);
    if (key->key_type == BR_KEYTYPE_RSA) {
        kept = kept && keep(&out->pkey.key.rsa.n, out->pkey.key.rsa.nlen) &&
               keep(&out->pkey.key.rsa.e, out->pkey.key.rsa.elen);
    } else {
        kept = kept && keep(&out->pkey.key.ec.q, out->pkey.key.ec.qlen);
    }
    return kept ? 0 : arena_is_full("the CA's key");
}

static int load_anchor(const char *path, size_t place, struct deployed_credentials *credentials)
{
    struct anchor_source *source = arena_borrow(sizeof *source);
    bool found = false;
    int rc;

    if (source == NULL)
        return arena_is_full("certificate decoder");
    br_x509_decoder_init(&source->decoder, append_name, source);
    rc = pem_file_read_nth(path, place, push_certificate, source, &found);
    if (rc == 0 && !found && place == 0)
        rc = deployed_report_failure(FAILURE_FILE, "%s: no PEM", path);
    if (rc == 0 && found)
        rc = keep_anchor(source, path, &credentials->anchors[credentials->anchor_count++]);
    arena_return();
    return rc;
}

// All that the file has, as Arduino's X509List.
static int load_anchors(const char *path, struct deployed_credentials *credentials)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i == credentials->anchor_count && i < DEPLOYED_ANCHORS_MAX; i++)
        rc = load_anchor(path, i, credentials);
    return rc;
}

// --- the device's key

static void push_key(void *ctx, const void *p, size_t n)
{
    br_skey_decoder_push(ctx, p, n);
}

static int keep_key(const br_skey_decoder_context *decoder, struct deployed_credentials *out)
{
    bool kept;

    if (out->key_type == BR_KEYTYPE_RSA) {
        br_rsa_private_key *rsa = &out->key.rsa;

        *rsa = *br_skey_decoder_get_rsa(decoder);
        kept = keep(&rsa->p, rsa->plen) && keep(&rsa->q, rsa->qlen) && keep(&rsa->dp, rsa->dplen) &&
               keep(&rsa->dq, rsa->dqlen) && keep(&rsa->iq, rsa->iqlen);
    } else {
        out->key.ec = *br_skey_decoder_get_ec(decoder);
        kept = keep(&out->key.ec.x, out->key.ec.xlen);
    }
    return kept ? 0 : arena_is_full("the device's key");
}

static int load_key(const char *path, struct deployed_credentials *out)
{
    br_skey_decoder_context *decoder = arena_borrow(sizeof *decoder);
    int rc;

    if (decoder == NULL)
        return arena_is_full("key decoder");
    br_skey_decoder_init(decoder);
    rc = pem_file_read(path, push_key, decoder);
    if (rc == 0) {
        out->key_type = br_skey_decoder_key_type(decoder);
        rc = out->key_type != 0 ? keep_key(decoder, out)
                                : deployed_report_failure(FAILURE_FILE, "%s: no private key", path);
    }
    arena_return();
    return rc;
}

int deployed_credentials_load(
    const char *folder, const char *mac, struct deployed_credentials **out)
{
    struct deployed_credentials *credentials = arena_take(sizeof *credentials);
    char path[PATH_SIZE];
    int rc;

    if (credentials == NULL)
        return arena_is_full("credentials");
    snprintf(path, sizeof path, "%s/ca.crt", folder);
    rc = load_anchors(path, credentials);
    if (rc < 0)
        return rc;
    snprintf(path, sizeof path, "%s/%s.key", folder, mac);
    rc = load_key(path, credentials);
    if (rc < 0)
        return rc;
    snprintf(path, sizeof path, "%s/%s.crt", folder, mac);
    rc = pem_file_take(path, &credentials->certificate.data, &credentials->certificate.data_len);
    if (rc < 0)
        return rc;
    *out = credentials;
    return 0;
}
