#ifndef DEVICE_AUTH_H
#define DEVICE_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/revocation_list.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/credential_check.h"

// Which device a certificate stands for.
struct device_auth;

// ca_file: PEM, read now and at each reload.
ERR_CHECKED int device_auth_new(const char *ca_file, struct device_auth **out, struct err *err);
void device_auth_free(struct device_auth *auth);

// Judges by the CA file as it is now from now on; on failure the old one stays in use.
ERR_CHECKED int device_auth_reload(struct device_auth *auth, struct err *err);

// Shuts out whom the list names, and nobody else, from the next question on; owns it.
void device_auth_set_revoked(struct device_auth *auth, struct revocation_list *revoked);

// Whether all certificates of a device are. Any thread.
bool device_auth_is_revoked(struct device_auth *auth, const char *mac);

// Whether a certificate is by its serial. Any thread.
bool device_auth_is_serial_revoked(struct device_auth *auth, const char *serial);

// Is told of each certificate of a device that the CA vouches for and that was not at hand, revoked
// or not; the same one may come again. On any thread, and must not block. Before the first
// question.
typedef void device_auth_met(const struct certificate_facts *facts, const char *mac, void *ctx);
void device_auth_on_met(struct device_auth *auth, device_auth_met *met, void *ctx);

// Writes the MAC of the device whose certificate (DER) this is, in whatever form its common name
// spells it (mac_parse()). ERR_UNTRUSTED with the reason if the CA did not sign it, ERR_EXPIRED if
// it is not valid now, ERR_DENIED if its common name is no MAC, ERR_REVOKED, else ERR_INVALID.
// Judged anew at each call (a signature once found good is not computed again until a reload). Any
// thread.
ERR_CHECKED int device_auth_identify(
    struct device_auth *auth, const uint8_t *der, size_t n, char mac[MAC_SIZE], struct err *err);

// The same of a certificate that nobody has shown: it is neither remembered nor told of.
ERR_CHECKED int device_auth_look(
    struct device_auth *auth, const uint8_t *der, size_t n, char mac[MAC_SIZE], struct err *err);

struct device_auth_late {
    const uint8_t *der;
    size_t n;
    int64_t grace_ms;
};

// The same, but a certificate that ended at most grace_ms ago is taken if nothing else is wrong
// with it today. *is_late tells. ERR_EXPIRED also if it ended before that.
// Any thread.
ERR_CHECKED int device_auth_identify_late(struct device_auth *auth,
    const struct device_auth_late *late, char mac[MAC_SIZE], bool *is_late, struct err *err);

// The same of a certificate whose SHA-256, in hex, is at hand: where there are many questions about
// one, to compute it costs more than all else here.
struct device_auth_shown {
    const uint8_t *der;
    size_t n;
    const char *fingerprint;
};
ERR_CHECKED int device_auth_identify_shown(struct device_auth *auth,
    const struct device_auth_shown *shown, char mac[MAC_SIZE], struct err *err);

// The same for a handshake, in which nobody asks for the MAC. ctx: the device_auth.
ERR_CHECKED int device_auth_verify(const uint8_t *der, size_t n, void *ctx, struct err *err);

// Whether whoever shows it is to be cut off in the middle: it is revoked, or of a CA that is
// trusted no more. ctx: the device_auth. Any thread.
bool device_auth_is_cut_off(const uint8_t *der, size_t n, void *ctx);

// Copies the CA's file, PEM, as it was when it was read: what devices are given as their ca.crt. A
// NUL follows the n bytes; the caller frees them. ERR_NO_MEMORY. Any thread.
ERR_CHECKED int device_auth_copy_ca(struct device_auth *auth, uint8_t **pem, size_t *n);

// As authority_has() and authority_copy_fingerprints(), of the CA in use. Any thread.
bool device_auth_has_ca(struct device_auth *auth, const char *fingerprint);
size_t device_auth_copy_fingerprints(
    struct device_auth *auth, char out[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE]);

// Whether a certificate, n bytes of PEM which a NUL follows, is that device's own, and one that it
// takes and is let in with. As credential_check_device_pem(). Any thread.
ERR_CHECKED int device_auth_check_own(
    struct device_auth *auth, const uint8_t *pem, size_t n, const char *mac, struct err *err);

// Judges any client's certificate by the CA in use, as authority_judge_client(), and ERR_REVOKED if
// its serial is. Any thread.
ERR_CHECKED int device_auth_judge_client(struct device_auth *auth, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err);

// As authority_vouches(), by the CA in use. Any thread.
ERR_CHECKED int device_auth_vouches(
    struct device_auth *auth, const struct certificate *certificate, struct err *err);

// As authority_root_of(), of the CA in use. Any thread.
void device_auth_root_of(
    struct device_auth *auth, const char *ca, char out[DIGEST_SHA256_TEXT_SIZE]);

// The same of the CA that signed a certificate; as authority_find(). Any thread.
ERR_CHECKED int device_auth_find_root(struct device_auth *auth,
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err);

// As credential_check_server(), by the CA in use whatever its file holds now.
ERR_CHECKED int device_auth_check_server(struct device_auth *auth,
    const struct credential_check_files *files, struct certificate **out, struct err *err);

#endif
