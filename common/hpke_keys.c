// The key schedule of HPKE.
#include "common/hpke_keys.h"

#include <string.h>

// One LabeledExtract() or LabeledExpand() (RFC 9180, 4). No output here is longer than a hash, so
// that each is a single HMAC.
struct step {
    struct hpke_keys_part suite; // suite_id
    const char *label;
    struct hpke_keys_part key;      // the salt of an extraction
    struct hpke_keys_part input[2]; // one behind the other
    uint8_t size;                   // bytes of an expansion; 0: an extraction
    uint8_t *out;                   // takes a whole hash
};

// RFC 9180, 4.1 and 5.1: the KEM alone, and with KDF and AEAD (7.1 to 7.3).
static const struct hpke_keys_part kem = {"KEM\x00\x10", 5};
static const struct hpke_keys_part suite = {"HPKE\x00\x10\x00\x01\x00\x01", 10};

static int run(hpke_keys_hmac *hmac, const struct step *step)
{
    const uint8_t length[] = {0, step->size};
    const uint8_t counter = 1; // RFC 5869, 2.3
    const size_t is_expansion = step->size > 0 ? 1 : 0;
    const struct hpke_keys_part parts[] = {
        {length, is_expansion * sizeof length},
        {"HPKE-v1", 7},
        step->suite,
        {step->label, strlen(step->label)},
        step->input[0],
        step->input[1],
        {&counter, is_expansion},
    };

    return hmac(&step->key, parts, sizeof parts / sizeof parts[0], step->out);
}

int hpke_keys_derive(
    hpke_keys_hmac *hmac, const struct hpke_keys_input *input, struct hpke_keys *out)
{
    const struct hpke_keys_part none = {"", 0};
    const struct hpke_keys_part secret = {input->secret, sizeof input->secret};
    const struct hpke_keys_part sender = {input->encapsulated, sizeof input->encapsulated};
    const struct hpke_keys_part recipient = {input->recipient, sizeof input->recipient};
    const struct hpke_keys_part derived = {out->derived, sizeof out->derived};
    const struct hpke_keys_part context = {out->context, sizeof out->context};
    const struct step steps[] = {
        {kem, "eae_prk", none, {secret, none}, 0, out->derived},
        {kem, "shared_secret", derived, {sender, recipient}, HPKE_KEYS_HASH_SIZE, out->derived},
        {suite, "psk_id_hash", none, {none, none}, 0, out->context + 1},
        {suite, "info_hash", none, {input->info, none}, 0, out->context + 1 + HPKE_KEYS_HASH_SIZE},
        {suite, "secret", derived, {none, none}, 0, out->derived},
        {suite, "key", derived, {context, none}, HPKE_KEYS_KEY_SIZE, out->key},
        {suite, "base_nonce", derived, {context, none}, HPKE_KEYS_NONCE_SIZE, out->nonce},
    };
    int rc = 0;

    out->context[0] = 0; // mode_base
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++)
        rc = run(hmac, &steps[i]);
    return rc;
}
