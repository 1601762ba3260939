// The record of what a CA has issued: complete, in order, and whole again after a power cut.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)
#define MAX 16

// What the record's calls of the system are seen to do, and told to.
static struct {
    const char *certificate; // that must not be there while the record is not safe
    bool was_there;
    int fsyncs;
    int fsync_fails; // the n-th; 0: none
    int flocks;
    bool no_memory; // for a stream
} seen;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
FILE *__real_open_memstream(char **text, size_t *n);
FILE *__wrap_open_memstream(char **text, size_t *n);

int __wrap_fsync(int fd)
{
    seen.was_there |= seen.certificate != NULL && access(seen.certificate, F_OK) == 0;
    if (++seen.fsyncs == seen.fsync_fails) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(fd);
}

int __wrap_flock(int fd, int operation)
{
    seen.flocks += operation == LOCK_EX;
    return __real_flock(fd, operation);
}

FILE *__wrap_open_memstream(char **text, size_t *n)
{
    return seen.no_memory ? NULL : __real_open_memstream(text, n);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct serials {
    char text[MAX][SERIAL_SIZE];
    size_t count;
};

static struct issuer *make_ca(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static struct pki_folder_pair make_device(
    const struct issuer *issuer, const char *folder, const char *mac)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = NOW_MS, .force = true};
    struct pki_folder_pair pair;

    assert_int_equal(pki_folder_add_device(issuer, &order, mac, &pair, NULL), 0);
    return pair;
}

static int collect(const struct certificate *certificate, void *ctx)
{
    struct serials *serials = ctx;

    assert_true(serials->count < MAX);
    return certificate_serial(certificate, serials->text[serials->count++], NULL);
}

static struct serials read_back(const char *folder)
{
    struct serials serials = {0};
    struct err err = {0};

    if (issued_each(folder, collect, &serials, &err) != 0)
        fail_msg("%s", err.message);
    return serials;
}

static void test_all_that_is_issued_is_recorded(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct issuer_order server = {.common_name = "broker"};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    char path[SCRATCH_PATH_SIZE];
    struct serials serials = {0};
    struct pki_folder_pair made[4];
    struct err err;

    assert_int_equal(issued_each(*state, collect, &serials, &err), ERR_NOT_FOUND);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &made[0], NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, &order, &client, &made[1], NULL), 0);
    made[2] = make_device(issuer, *state, "84f3eb000001");
    made[3] = make_device(issuer, *state, "84f3eb000001"); // which replaces the first
    serials = read_back(*state);
    assert_int_equal(serials.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(serials.text[i], made[i].serial);
    scratch_path(*state, "issued.pem", path);
    assert_int_equal(scratch_mode(path), 0600);
    issuer_free(issuer);
}

// More than one at a time, as many as fit.
static void test_batch(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    char macs[3][MAC_SIZE] = {"84f3eb000001", "84f3eb000002", "84f3eb000003"};
    struct pki_folder_pair pairs[3];
    struct pki_folder_devices devices = {
        .macs = (const char(*)[MAC_SIZE])macs, .count = 3, .pairs = pairs};
    struct serials serials;

    assert_int_equal(pki_folder_add_devices(issuer, &order, &devices, NULL), 0);
    assert_int_equal(devices.made, 3);
    serials = read_back(*state);
    assert_int_equal(serials.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(serials.text[i], pairs[i].serial);
    devices.count = PKI_FOLDER_DEVICES_MAX + 1;
    assert_int_equal(pki_folder_add_devices(issuer, &order, &devices, NULL), ERR_TOO_LARGE);
    issuer_free(issuer);
}

// No certificate leaves the folder that is not recorded.
static void test_what_cannot_be_recorded_is_not_made(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct pki_folder_pair pair = {0};
    struct err err;
    char path[SCRATCH_PATH_SIZE];
    char device[SCRATCH_PATH_SIZE];

    scratch_path(*state, "issued.pem", path);
    scratch_path(*state, "devices/84f3eb000001.crt", device);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err) < 0);
    assert_non_null(strstr(err.message, "issued.pem"));
    assert_int_equal(scratch_mode(device), -1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err) < 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_true(pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err) < 0);
    assert_int_equal(scratch_mode(device), -1);
    issuer_free(issuer);
}

// It is on the disk, with its name, before the certificate is anywhere else; and if it cannot be,
// nothing is.
static void test_a_record_is_safe_first(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct pki_folder_pair pair = {0};
    struct err err;
    char path[SCRATCH_PATH_SIZE];
    char device[SCRATCH_PATH_SIZE];
    struct stat before;
    struct stat after;

    scratch_path(*state, "issued.pem", path);
    scratch_path(*state, "devices/84f3eb000001.crt", device);
    make_device(issuer, *state, "84f3eb000002");
    memset(&seen, 0, sizeof seen);
    seen.certificate = device;
    assert_int_equal(pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, NULL), 0);
    assert_true(seen.fsyncs >= 2 && seen.flocks == 1); // the record, and its folder
    assert_false(seen.was_there);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(unlink(device) + unlink(pair.key_path), 0);
    for (int i = 1; i <= 2; i++) {
        memset(&seen, 0, sizeof seen);
        seen.fsync_fails = i;
        assert_int_equal(
            pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err), ERR_IO);
        assert_int_equal(scratch_mode(device), -1);
        assert_int_equal(stat(path, &after), 0);
        if (i == 1)
            assert_int_equal(after.st_size, before.st_size);
    }
    memset(&seen, 0, sizeof seen);
    issuer_free(issuer);
}

// Whatever the last bytes are that reached the disk: what was whole stays, the next is added.
static void test_power_cuts(void **state)
{
    static const char zeros[700];
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_pair first = make_device(issuer, *state, "84f3eb000001");
    char path[SCRATCH_PATH_SIZE];
    uint8_t *one;
    uint8_t *two;
    size_t n;
    size_t m;

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(file_read(path, 65536, &one, &n, NULL), 0);
    make_device(issuer, *state, "84f3eb000002");
    assert_int_equal(file_read(path, 65536, &two, &m, NULL), 0);
    for (size_t cut = n; cut <= m; cut += cut + 8 < m ? 7 : 1) {
        bool is_whole = cut >= m - 1; // but for the end of its line
        struct serials serials;

        assert_int_equal(file_replace(path, two, cut, 0600, NULL), 0);
        serials = read_back(*state);
        assert_int_equal(serials.count, is_whole ? 2 : 1);

        struct pki_folder_pair next = make_device(issuer, *state, "84f3eb000003");

        serials = read_back(*state);
        assert_int_equal(serials.count, is_whole ? 3 : 2);
        assert_string_equal(serials.text[0], first.serial);
        assert_string_equal(serials.text[serials.count - 1], next.serial);
    }
    // A file whose length was written before its bytes.
    memcpy(two + n, zeros, m - n < sizeof zeros ? m - n : sizeof zeros);
    assert_int_equal(file_replace(path, two, m, 0600, NULL), 0);
    make_device(issuer, *state, "84f3eb000003");
    assert_int_equal(read_back(*state).count, 2);
    assert_int_equal(file_replace(path, (const uint8_t *)"", 0, 0600, NULL), 0);
    make_device(issuer, *state, "84f3eb000003");
    assert_int_equal(read_back(*state).count, 1);
    free(one);
    free(two);
    issuer_free(issuer);
}

// As an editor may leave it: other ends of lines, none at the end, lines around.
static void test_what_others_wrote_is_kept(void **state)
{
    static const char *const ends[] = {"\r\n", "", "\n\n"};
    struct issuer *issuer = make_ca(*state);
    char path[SCRATCH_PATH_SIZE];
    uint8_t *one;
    size_t n;

    make_device(issuer, *state, "84f3eb000001");
    scratch_path(*state, "issued.pem", path);
    assert_int_equal(file_read(path, 65536, &one, &n, NULL), 0);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char text[4096];

        snprintf(text, sizeof text, "%.*s%s", (int)n - 1, (char *)one, ends[i]);
        assert_int_equal(file_replace(path, (uint8_t *)text, strlen(text), 0600, NULL), 0);
        make_device(issuer, *state, "84f3eb000002");
        assert_int_equal(read_back(*state).count, 2);
    }
    free(one);
    issuer_free(issuer);
}

static void test_damage_is_told(void **state)
{
    struct issuer *issuer = make_ca(*state);
    char path[SCRATCH_PATH_SIZE];
    struct serials serials = {0};
    struct err err = {0};
    uint8_t *text;
    size_t n;

    scratch_path(*state, "issued.pem", path);
    make_device(issuer, *state, "84f3eb000001");
    make_device(issuer, *state, "84f3eb000002");
    assert_int_equal(file_read(path, 65536, &text, &n, NULL), 0);
    text[100] = '!';
    assert_int_equal(file_replace(path, text, n, 0600, NULL), 0);
    assert_int_equal(issued_each(*state, collect, &serials, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "issued.pem: certificate 1: "));
    free(text);
    text = calloc(1, 100000); // of which no end is seen: not to be cut off
    memset(text, 'x', 99999);
    assert_int_equal(file_replace(path, text, 99999, 0600, NULL), 0);

    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS, .force = true};
    struct pki_folder_pair pair;

    assert_int_equal(
        pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "does not end with a certificate"));
    assert_int_equal(file_replace(path, text, 99, 0600, NULL), 0); // nor another file
    assert_int_equal(
        pki_folder_add_device(issuer, &order, "84f3eb000001", &pair, &err), ERR_INVALID);
    free(text);
    issuer_free(issuer);
}

// Two at a time do not mix.
static void test_processes(void **state)
{
    enum { PROCESSES = 4, EACH = 3 };
    struct issuer *issuer = make_ca(*state);

    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            for (int i = 0; i < EACH; i++) {
                char mac[MAC_SIZE];

                snprintf(mac, sizeof mac, "84f3eb0000%02x", p * EACH + i);
                make_device(issuer, *state, mac);
            }
            _exit(0);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;

        assert_true(wait(&status) > 0 && status == 0);
    }
    assert_int_equal(read_back(*state).count, PROCESSES * EACH);
    issuer_free(issuer);
}

static int stop(const struct certificate *certificate, void *ctx)
{
    (void)certificate;
    ++*(int *)ctx;
    return 7;
}

static void test_each_stops(void **state)
{
    struct issuer *issuer = make_ca(*state);
    int calls = 0;

    make_device(issuer, *state, "84f3eb000001");
    make_device(issuer, *state, "84f3eb000002");
    assert_int_equal(issued_each(*state, stop, &calls, NULL), 7);
    assert_int_equal(calls, 1);
    issuer_free(issuer);
}

// What the caller had in its variable before is not touched.
static void test_no_memory(void **state)
{
    char text[] = "not from malloc()";
    char *out = text;
    size_t n;
    struct err err = {0};

    (void)state;
    seen.no_memory = true;
    assert_int_equal(issued_format(NULL, 0, &out, &n, &err), ERR_NO_MEMORY);
    seen.no_memory = false;
    assert_null(out);
    assert_string_equal(err.message, "no memory for certificates");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_that_is_issued_is_recorded),
        TEST(test_batch),
        TEST(test_what_cannot_be_recorded_is_not_made),
        TEST(test_a_record_is_safe_first),
        TEST(test_power_cuts),
        TEST(test_what_others_wrote_is_kept),
        TEST(test_damage_is_told),
        TEST(test_processes),
        TEST(test_each_stops),
        TEST(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
