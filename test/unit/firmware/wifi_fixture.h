#ifndef TEST_UNIT_FIRMWARE_WIFI_FIXTURE_H
#define TEST_UNIT_FIRMWARE_WIFI_FIXTURE_H

// Wi-Fi networks for a whole device: lists of them, sealed for it as the server seals them, and an
// air with one network in reach, or all.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>

#include "common/hpke_keys.h"
#include "common/wifi_networks.h"
#include "firmware/enrol/tls_library.h"
#include "test/unit/firmware/fake_device.h"

#define WIFI_HOME "home"
#define WIFI_AWAY "away"
#define WIFI_PASSWORD "a password of theirs"
#define WIFI_PAYLOAD_SIZE 768

// The SSID that is in reach; NULL: whatever the device has.
static const char *wifi_air;

struct wifi_list {
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    size_t n;
};

static inline struct wifi_list wifi_list_of(const char *ssid, int64_t set_at_ms)
{
    struct wifi_network network = {.password = WIFI_PASSWORD};
    struct wifi_list list;

    snprintf(network.ssid, sizeof network.ssid, "%s", ssid);
    list.n = wifi_networks_write(&network, 1, set_at_ms, list.bytes);
    return list;
}

static inline int wifi_hmac(const struct hpke_keys_part *key, const struct hpke_keys_part *parts,
    size_t count, uint8_t out[HPKE_KEYS_HASH_SIZE])
{
    mbedtls_md_context_t md;
    int rc;

    mbedtls_md_init(&md);
    rc = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    rc |= mbedtls_md_hmac_starts(&md, key->p, key->n);
    for (size_t i = 0; i < count; i++)
        rc |= mbedtls_md_hmac_update(&md, parts[i].p, parts[i].n);
    rc |= mbedtls_md_hmac_finish(&md, out);
    mbedtls_md_free(&md);
    return rc;
}

static inline void wifi_derive(struct fake_device *f, const mbedtls_pk_context *recipient,
    const char *info, struct hpke_keys_input *input, struct hpke_keys *keys)
{
    struct made_key sender;
    struct tls_random random;
    int rc;

    *input = (struct hpke_keys_input){.info = {info, strlen(info)}};
    make_ec_key(&f->broker.server.maker, MBEDTLS_ECP_DP_SECP256R1, &sender);
    tls_random_init(&random);
    rc = tls_random_seed(&random, &fake_device_flash(f)->port);
    rc |= tls_library_write_point(recipient, input->recipient);
    rc |= tls_library_write_point(&sender.pk, input->encapsulated);
    rc |= tls_library_agree(&sender.pk, &random, input->recipient, input->secret);
    rc |= hpke_keys_derive(wifi_hmac, input, keys);
    assert(rc == 0);
    (void)rc;
    tls_random_clear(&random);
    made_key_clear(&sender);
}

// What a text is sealed with.
struct wifi_seal {
    const mbedtls_pk_context *key; // the recipient's
    const char *info;
    const char *aad;
};

static inline size_t wifi_seal(struct fake_device *f, const struct wifi_seal *seal,
    const struct wifi_list *text, uint8_t out[WIFI_NETWORKS_SEALED_SIZE])
{
    struct hpke_keys_input input;
    struct hpke_keys keys;
    mbedtls_gcm_context gcm;
    size_t n = text->n;
    int rc;

    wifi_derive(f, seal->key, seal->info, &input, &keys);
    memcpy(out, input.encapsulated, HPKE_KEYS_POINT_SIZE);
    mbedtls_gcm_init(&gcm);
    rc = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, keys.key, 8 * HPKE_KEYS_KEY_SIZE);
    rc |= mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, n, keys.nonce, HPKE_KEYS_NONCE_SIZE,
        (const uint8_t *)seal->aad, strlen(seal->aad), text->bytes, out + HPKE_KEYS_POINT_SIZE,
        HPKE_KEYS_TAG_SIZE, out + HPKE_KEYS_POINT_SIZE + n);
    mbedtls_gcm_free(&gcm);
    assert(rc == 0);
    (void)rc;
    return n + HPKE_KEYS_OVERHEAD;
}

// A command's payload.
static inline void wifi_payload(
    const uint8_t *sealed, size_t n, int id, char out[WIFI_PAYLOAD_SIZE])
{
    uint8_t text[WIFI_PAYLOAD_SIZE];
    size_t size = 0;
    int rc = mbedtls_base64_encode(text, sizeof text, &size, sealed, n);

    assert(rc == 0 && size < WIFI_PAYLOAD_SIZE - 40);
    (void)rc;
    snprintf(out, WIFI_PAYLOAD_SIZE, "{\"id\":%d,\"sealed\":\"%.*s\"}", id, (int)size, text);
}

// A list for the device as it is.
static inline void wifi_make_payload(
    struct fake_device *f, const struct wifi_list *list, int id, char out[WIFI_PAYLOAD_SIZE])
{
    const struct wifi_seal seal = {&f->own.key.pk, WIFI_NETWORKS_INFO, FAKE_MAC};
    uint8_t sealed[WIFI_NETWORKS_SEALED_SIZE];

    wifi_payload(sealed, wifi_seal(f, &seal, list, sealed), id, out);
}

static inline void wifi_order(struct fake_device *f, const struct wifi_list *list, int id)
{
    char payload[WIFI_PAYLOAD_SIZE];

    wifi_make_payload(f, list, id, payload);
    fake_device_order(f, "wifi", id, payload);
}

static inline bool wifi_file_is(
    struct fake_device *f, const char *name, const struct wifi_list *list)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    int n = files_read(&fake_device_flash(f)->port, name, bytes, sizeof bytes);

    return n == (int)list->n && memcmp(bytes, list->bytes, list->n) == 0;
}

static inline void wifi_put_file(
    struct fake_device *f, const char *name, const struct wifi_list *list)
{
    int rc = files_write(&fake_device_flash(f)->port, name, list->bytes, list->n);

    assert(rc == 0);
    (void)rc;
}

static inline enum port_link wifi_link_state(struct port *port, struct port_link_info *info)
{
    struct fake_device *f = fake_device_of(port);
    struct wifi_network network = {0};
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    int n = f->networks == NULL ? 0 : files_read(port, f->networks, bytes, sizeof bytes);

    snprintf(info->ip, sizeof info->ip, "192.0.2.7");
    info->rssi = -61;
    if (n > 0 && wifi_networks_count(bytes, (size_t)n) > 0)
        wifi_networks_read(bytes, (size_t)n, 0, &network);
    return wifi_air == NULL || strcmp(wifi_air, network.ssid) == 0 ? PORT_LINK_UP : PORT_LINK_DOWN;
}

// The device is to have a network, which is in reach.
static inline void wifi_settle(struct fake_device *f, const struct wifi_list *list)
{
    wifi_air = WIFI_HOME;
    f->ops.link_state = wifi_link_state;
    wifi_put_file(f, WIFI_NETWORKS_FILE, list);
    fake_device_flash(f)->power.ops = 0;
    f->fresh = *fake_device_flash(f);
}

#endif
