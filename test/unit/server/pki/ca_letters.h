#ifndef TEST_SERVER_PKI_CA_LETTERS_H
#define TEST_SERVER_PKI_CA_LETTERS_H

// Certificates of CAs, each known by a letter. In a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate_file.h"
#include "server/pki/digest.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"
#include "test/unit/server/base/scratch.h"

// A and B are roots, with a and b below them and c below a, C is another CA, and D is A renewed
// over the same key.
#define CA_LETTERS "ABabcCD"

enum { CA_LETTERS_COUNT = sizeof CA_LETTERS - 1 };

struct ca_letters {
    char *folder;
    char *pem[CA_LETTERS_COUNT];
    char fingerprints[CA_LETTERS_COUNT][DIGEST_SHA256_TEXT_SIZE];
};

static inline size_t ca_letters_index_of(char letter)
{
    return (size_t)(strchr(CA_LETTERS, letter) - CA_LETTERS);
}

static inline void ca_letters_place(
    const struct ca_letters *w, char letter, char out[SCRATCH_PATH_SIZE])
{
    const char name[] = {'c', 'a', letter, '\0'};

    scratch_path(w->folder, name, out);
}

static inline struct issuer *ca_letters_make_root(const struct ca_letters *w, char letter)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {
        .folder = folder, .is_root = letter != 'C', .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    ca_letters_place(w, letter, folder);
    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static inline void ca_letters_make_below(const struct ca_letters *w, char letter, char below)
{
    char folder[SCRATCH_PATH_SIZE];
    char target[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_folder_ca ca = {.folder = target, .common_name = "devices"};
    struct issuer *issuer = ca_letters_make_root(w, letter);
    struct pki_folder_pair pair;

    ca_letters_place(w, letter, folder);
    ca_letters_place(w, below, target);
    assert_int_equal(pki_folder_add_ca(issuer, &order, &ca, &pair, NULL), 0);
    issuer_free(issuer);
}

static inline void ca_letters_put(
    const struct ca_letters *w, char letter, struct certificate *certificate)
{
    char path[SCRATCH_PATH_SIZE];
    char file[SCRATCH_PATH_SIZE + 8];
    char *pem;

    assert_int_equal(certificate_to_pem(certificate, &pem, NULL), 0);
    certificate_free(certificate);
    ca_letters_place(w, letter, path);
    assert_int_equal(file_make_folder(path, 0700, NULL), 0);
    snprintf(file, sizeof file, "%s/ca.crt", path);
    assert_int_equal(file_replace(file, (uint8_t *)pem, strlen(pem), 0644, NULL), 0);
    free(pem);
}

static inline void ca_letters_make_renewed(const struct ca_letters *w, char letter, char renewed)
{
    struct issuer_order order = {
        .profile = PROFILE_ROOT, .common_name = "CA", .days = 3, .now_ms = clock_system_ms()};
    char path[SCRATCH_PATH_SIZE];
    char file[SCRATCH_PATH_SIZE + 8];
    struct private_key *key;
    struct certificate *certificate;

    ca_letters_place(w, letter, path);
    snprintf(file, sizeof file, "%s/ca.key", path);
    assert_int_equal(private_key_load(file, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&order, key, &certificate, NULL), 0);
    private_key_free(key);
    ca_letters_put(w, renewed, certificate);
}

// As other tools make one, below a CA that allows none.
static inline void ca_letters_make_lowest(const struct ca_letters *w, char letter, char below)
{
    struct issuer_order order = {.profile = PROFILE_INTERMEDIATE,
        .common_name = "lowest",
        .days = 3,
        .now_ms = clock_system_ms()};
    char folder[SCRATCH_PATH_SIZE];
    struct certificate *certificate;
    struct private_key *key;
    struct issuer *issuer;

    ca_letters_place(w, letter, folder);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(issuer_issue(issuer, &order, key, &certificate, NULL), 0);
    private_key_free(key);
    issuer_free(issuer);
    ca_letters_put(w, below, certificate);
}

static inline int ca_letters_set_up(void **state)
{
    struct ca_letters *w = calloc(1, sizeof *w);
    void *folder = NULL;

    if (w == NULL || scratch_make(&folder) < 0)
        return -1;
    w->folder = folder;
    ca_letters_make_below(w, 'A', 'a');
    ca_letters_make_below(w, 'B', 'b');
    issuer_free(ca_letters_make_root(w, 'C'));
    ca_letters_make_renewed(w, 'A', 'D');
    ca_letters_make_lowest(w, 'a', 'c');
    for (size_t i = 0; i < CA_LETTERS_COUNT; i++) {
        char path[SCRATCH_PATH_SIZE];
        char file[SCRATCH_PATH_SIZE + 8];
        struct certificate *certificate;

        ca_letters_place(w, CA_LETTERS[i], path);
        snprintf(file, sizeof file, "%s/ca.crt", path);
        assert_int_equal(certificate_load(file, &certificate, NULL), 0);
        assert_int_equal(certificate_to_pem(certificate, &w->pem[i], NULL), 0);
        assert_int_equal(certificate_fingerprint(certificate, w->fingerprints[i], NULL), 0);
        certificate_free(certificate);
    }
    *state = w;
    return 0;
}

static inline int ca_letters_tear_down(void **state)
{
    struct ca_letters *w = *state;
    void *folder = w->folder;

    for (size_t i = 0; i < CA_LETTERS_COUNT; i++)
        free(w->pem[i]);
    free(w);
    return scratch_remove(&folder);
}

static inline void ca_letters_write(
    const struct ca_letters *w, const char *path, const char *letters)
{
    char text[8 * 1024] = "";

    for (size_t i = 0; letters[i] != '\0'; i++)
        strcat(text, w->pem[ca_letters_index_of(letters[i])]);
    assert_int_equal(file_replace(path, (uint8_t *)text, strlen(text), 0644, NULL), 0);
}

static inline void ca_letters_read(const struct ca_letters *w, const char *path, char letters[16])
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    struct certificate_file file;
    size_t n = 0;

    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    for (size_t i = 0; i < file.count; i++) {
        assert_int_equal(certificate_fingerprint(file.certificates[i], fingerprint, NULL), 0);
        for (size_t k = 0; k < CA_LETTERS_COUNT; k++) {
            if (strcmp(fingerprint, w->fingerprints[k]) == 0)
                letters[n++] = CA_LETTERS[k];
        }
    }
    letters[n] = '\0';
    certificate_file_clear(&file);
}

#endif
