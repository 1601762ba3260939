// A CA's folder through a change of the CA, cut short at each of its steps.
#include "server/pki/pki_rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/certificate_file.h"
#include "server/pki/issued.h"
#include "server/pki/pki_reissue.h"
#include "test/unit/server/base/scratch.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"

static int moves_left = -1; // renames until the process dies; below zero: for ever

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

int __wrap_rename(const char *from, const char *to)
{
    if (moves_left == 0)
        _exit(99);
    moves_left -= moves_left > 0;
    return __real_rename(from, to);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static struct pki_folder_order order_of(const char *folder)
{
    return (struct pki_folder_order){.folder = folder, .now_ms = clock_system_ms()};
}

// A CA with a server, a client and two devices, of which one was given a second key.
static void make_ca(const char *folder)
{
    struct pki_folder_order order = order_of(folder);
    const char *dns[] = {"broker.example", "localhost"};
    struct issuer_order server = {
        .common_name = "mosquitto", .names = {.dns = dns, .dns_count = 2}};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "first", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, &order, &client, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_1, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_2, &pair, NULL), 0);
    order.force = true;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_2, &pair, NULL), 0);
    issuer_free(issuer);
}

static struct pki_rotation start(const char *folder)
{
    struct pki_folder_order order = order_of(folder);
    struct pki_rotation rotation;
    struct err err = {0};

    if (pki_rotation_make(&order, "second", &rotation, &err) < 0 ||
        pki_rotation_join(folder, &err) < 0)
        fail_msg("%s", err.message);
    return rotation;
}

// How many CAs ca.crt holds, and whether one of them vouches for a file.
static size_t count_cas(const char *folder)
{
    struct certificate_file file;
    char path[SCRATCH_PATH_SIZE];
    size_t count;

    scratch_path(folder, "ca.crt", path);
    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    count = file.count;
    certificate_file_clear(&file);
    return count;
}

static bool is_by(const char *folder, const char *name, const char *ca)
{
    struct certificate *certificate;
    struct authority *authority;
    char found[DIGEST_SHA256_TEXT_SIZE] = "";
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "ca.crt", path);
    assert_int_equal(authority_load(path, &authority, NULL), 0);
    scratch_path(folder, name, path);
    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    if (authority_find(authority, certificate, found, NULL) < 0)
        found[0] = '\0';
    certificate_free(certificate);
    authority_free(authority);
    return strcmp(found, ca) == 0;
}

static bool has(const char *folder, const char *name)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    return access(path, F_OK) == 0;
}

static int count_pair(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    char keys[2][DIGEST_SHA256_TEXT_SIZE];
    struct certificate_facts facts[2];

    assert_int_equal(certificate_key_id(old, keys[0], NULL), 0);
    assert_int_equal(certificate_key_id(fresh, keys[1], NULL), 0);
    assert_string_equal(keys[0], keys[1]);
    assert_int_equal(certificate_facts_of(old, &facts[0], NULL), 0);
    assert_int_equal(certificate_facts_of(fresh, &facts[1], NULL), 0);
    assert_string_equal(facts[0].common_name, facts[1].common_name);
    assert_string_not_equal(facts[0].serial, facts[1].serial);
    assert_false(facts[1].is_server);
    ++*(int *)ctx;
    return 0;
}

static void issue(const char *folder)
{
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    int pairs = 0;

    // Each key: nobody knows which one the device has.
    assert_int_equal(pki_reissue_devices(&reissue, count_pair, &pairs, NULL), 0);
    assert_int_equal(pairs, 3);
    assert_int_equal(reissue.count, 3);
    assert_int_equal(pki_reissue_servers(&reissue, NULL), 0);
    assert_int_equal(reissue.count, 2);
}

static size_t count_issued(const char *folder, const char *name)
{
    struct issued_state state;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(issued_look(path, &state, NULL), 0);
    return state.count;
}

static void test_starts(void **state)
{
    const char *folder = *state;
    struct pki_rotation rotation;
    struct pki_rotation again;

    assert_int_equal(pki_rotation_look(folder, &rotation, NULL), ERR_NOT_FOUND);
    make_ca(folder);
    assert_int_equal(pki_rotation_look(folder, &rotation, NULL), ERR_NOT_FOUND);
    rotation = start(folder);
    again = start(folder);
    assert_string_equal(rotation.new_ca, again.new_ca);
    assert_string_equal(rotation.old_ca, again.old_ca);
    assert_string_not_equal(rotation.old_ca, rotation.new_ca);
    assert_int_equal(count_cas(folder), 2);
    assert_int_equal(scratch_mode(folder) & 077, 0);
    assert_true(is_by(folder, "devices/" MAC_1 ".crt", rotation.old_ca));
    assert_false(pki_rotation_is_finishing(folder));
}

static void test_issues(void **state)
{
    const char *folder = *state;
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_rotation rotation;
    struct certificate *certificate;
    char path[SCRATCH_PATH_SIZE];

    make_ca(folder);
    rotation = start(folder);
    issue(folder);
    issue(folder); // none is signed twice
    assert_int_equal(count_issued(folder, "next"), 5);
    assert_true(is_by(folder, "servers/mosquitto.crt", rotation.new_ca));
    assert_true(is_by(folder, "clients/grafana.crt", rotation.new_ca));
    assert_true(is_by(folder, "devices/" MAC_1 ".crt", rotation.old_ca));
    scratch_path(folder, "servers/mosquitto.crt", path);
    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    certificate_free(certificate);
    assert_int_equal(pki_reissue_restore(&reissue, NULL), 0);
    assert_int_equal(reissue.count, 2);
    assert_true(is_by(folder, "servers/mosquitto.crt", rotation.old_ca));
    assert_true(is_by(folder, "clients/grafana.crt", rotation.old_ca));
    assert_int_equal(pki_reissue_files(&reissue, NULL), 0);
    assert_int_equal(reissue.count, 2);
    assert_true(is_by(folder, "devices/" MAC_1 ".crt", rotation.new_ca));
}

static void test_abandons(void **state)
{
    const char *folder = *state;
    struct pki_rotation rotation;
    struct issuer *issuer;

    make_ca(folder);
    rotation = start(folder);
    issue(folder);
    assert_int_equal(pki_rotation_abandon(folder, NULL), 0);
    assert_int_equal(count_cas(folder), 1);
    assert_true(is_by(folder, "devices/" MAC_1 ".crt", rotation.old_ca));
    assert_int_equal(pki_rotation_look(folder, &rotation, NULL), ERR_NOT_FOUND);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    issuer_free(issuer);
}

// Nobody has looked whether devices are ready for that.
static void test_without_key(void **state)
{
    const char *folder = *state;
    struct pki_folder_order order = order_of(folder);
    struct pki_rotation rotation;
    char path[SCRATCH_PATH_SIZE];

    make_ca(folder);
    start(folder);
    scratch_path(folder, "next/ca.key", path);
    assert_int_equal(unlink(path), 0);
    assert_false(pki_rotation_is_finishing(folder));
    assert_int_equal(pki_rotation_finish(folder, NULL), ERR_NOT_FOUND);
    assert_int_equal(count_cas(folder), 2);
    assert_int_equal(pki_rotation_make(&order, "x", &rotation, NULL), ERR_NOT_FOUND);
}

// A child does the rest of it and dies before the nth move.
static bool is_cut(const char *folder, int moves, int (*act)(const char *folder, struct err *err))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        moves_left = moves;
        _exit(act(folder, NULL) < 0 ? 1 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 99);
    return WEXITSTATUS(status) == 99;
}

static void expect_finished(const char *folder, const char *new_ca)
{
    struct pki_rotation rotation;
    struct issuer *issuer;
    char found[DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(count_cas(folder), 1);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(issuer_fingerprint(issuer, found, NULL), 0);
    issuer_free(issuer);
    assert_string_equal(found, new_ca);
    assert_int_equal(count_issued(folder, "."), 5);
    assert_false(has(folder, "next"));
    assert_int_equal(pki_rotation_look(folder, &rotation, NULL), ERR_NOT_FOUND);
}

// Whatever was cut short, the old CA's key and the new one's are there, and doing it again ends it.
static void test_finishes_cut_short(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    char name[16];
    bool cut = true;
    bool saw_finishing = false;

    for (int moves = 0; cut; moves++) {
        struct pki_rotation rotation;

        assert_true(moves < 20);
        snprintf(name, sizeof name, "f%d", moves);
        scratch_path(*state, name, folder);
        make_ca(folder);
        rotation = start(folder);
        issue(folder);
        cut = is_cut(folder, moves, pki_rotation_finish);
        if (cut) {
            struct err err = {0};

            saw_finishing |= pki_rotation_is_finishing(folder);
            if (pki_rotation_finish(folder, &err) < 0)
                fail_msg("%d: %s", moves, err.message);
        }
        expect_finished(folder, rotation.new_ca);
    }
    assert_true(saw_finishing);
}

static void test_abandons_cut_short(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    char name[16];
    bool cut = true;

    for (int moves = 0; cut; moves++) {
        struct pki_rotation rotation;

        assert_true(moves < 20);
        snprintf(name, sizeof name, "a%d", moves);
        scratch_path(*state, name, folder);
        make_ca(folder);
        rotation = start(folder);
        issue(folder);
        cut = is_cut(folder, moves, pki_rotation_abandon);
        if (cut)
            assert_int_equal(pki_rotation_abandon(folder, NULL), 0);
        assert_int_equal(count_cas(folder), 1);
        assert_true(is_by(folder, "devices/" MAC_1 ".crt", rotation.old_ca));
        assert_false(has(folder, "next"));
    }
}

// Devices take a file of 4096 bytes.
static void test_too_many(void **state)
{
    const char *folder = *state;
    struct pki_folder_order order = order_of(folder);
    struct pki_rotation rotation;
    struct err err = {0};
    char path[SCRATCH_PATH_SIZE];
    char other[SCRATCH_PATH_SIZE];
    uint8_t *text;
    size_t n;
    FILE *file;

    make_ca(folder);
    scratch_path(folder, "ca.crt", path);
    for (int i = 0; i < 6; i++) {
        char name[24];
        struct pki_folder_pair pair;

        snprintf(name, sizeof name, "other%d", i);
        scratch_path(folder, name, other);

        struct pki_folder_order another = order_of(other);

        assert_int_equal(pki_folder_init(&another, name, &pair, NULL), 0);
        assert_int_equal(file_read(pair.public_path, 65536, &text, &n, NULL), 0);
        file = fopen(path, "a");
        assert_non_null(file);
        fputs((char *)text, file);
        fclose(file);
        free(text);
    }
    assert_int_equal(pki_rotation_make(&order, "second", &rotation, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "devices accept files of 4096"));
    assert_int_equal(pki_rotation_join(folder, NULL), ERR_INVALID);
    assert_int_equal(count_cas(folder), 7);
}

static void test_starts_cut_short(void **state)
{
    const char *folder = *state;
    char path[SCRATCH_PATH_SIZE];
    struct pki_rotation rotation;

    make_ca(folder);
    rotation = start(folder);
    scratch_path(folder, "next/ca.crt", path);
    assert_int_equal(unlink(path), 0); // its key was written, and no more
    scratch_path(folder, "previous", path);
    assert_int_equal(pki_rotation_look(folder, &rotation, NULL), ERR_NOT_FOUND);
    start(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_starts),
        TEST(test_issues),
        TEST(test_abandons),
        TEST(test_finishes_cut_short),
        TEST(test_abandons_cut_short),
        TEST(test_starts_cut_short),
        TEST(test_too_many),
        TEST(test_without_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
