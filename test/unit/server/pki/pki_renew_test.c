// Which certificates are renewed, by what, and what is left as it was.
#include "server/pki/pki_renew.h"

#include "server/pki/issued.h"
#include "server/pki/private_key.h"
#include "test/unit/server/pki/pki_renew_fixture.h"

#define LATE_MS (NOW_MS + 71 * DAY_MS)

static int64_t end_of(const char *folder, const char *name)
{
    struct certificate *certificate = pki_pairs_load(folder, name);
    int64_t end_ms = certificate_not_after_ms(certificate);

    certificate_free(certificate);
    return end_ms;
}

static void run(struct renewals *renewals)
{
    assert_int_equal(pki_renew_each(&renewals->renew, NULL), 0);
}

static void only_what_ends_is_renewed(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    renewals_begin(&renewals, *state, NULL, NOW_MS + 70 * DAY_MS - 1);
    run(&renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_GOOD, NULL);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_GOOD, NULL);
    assert_int_equal(renewals.count, 2);
    assert_int_equal(renewals.marks, 0);

    renewals_begin(&renewals, *state, NULL, NOW_MS + 70 * DAY_MS);
    run(&renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_RENEWED, NULL);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_RENEWED, NULL);
    assert_int_equal(renewals.marks, 2);
    assert_int_equal(end_of(*state, SERVER ".crt"), NOW_MS + 170 * DAY_MS);
    assert_int_equal(end_of(*state, CLIENT ".crt"), NOW_MS + 170 * DAY_MS);
}

static void of_what_begins_later_nothing_is_issued(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    renewals_begin(&renewals, *state, NULL, NOW_MS - 2 * DAY_MS);
    run(&renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_FAILED, "it is not valid before ");
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_FAILED, "it is not valid before ");
    assert_int_equal(renewals.marks, 0);
    assert_int_equal(end_of(*state, SERVER ".crt"), NOW_MS + 100 * DAY_MS);
}

static void look_at(const char *folder, const char *name, struct stat *out)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(stat(path, out), 0);
}

static void key_and_mode_stay(void **state)
{
    struct certificate *server;
    struct certificate *client;
    struct renewals renewals;
    struct stat before[2];
    struct stat after[2];
    char path[SCRATCH_PATH_SIZE];

    renewals_make(*state);
    server = pki_pairs_load(*state, SERVER ".crt");
    client = pki_pairs_load(*state, CLIENT ".crt");
    scratch_path(*state, SERVER ".crt", path);
    assert_int_equal(chmod(path, 0640), 0);
    look_at(*state, SERVER ".key", &before[0]);
    look_at(*state, CLIENT ".key", &before[1]);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    run(&renewals);
    pki_pairs_expect_like(*state, SERVER ".crt", server);
    pki_pairs_expect_like(*state, CLIENT ".crt", client);
    look_at(*state, SERVER ".key", &after[0]);
    look_at(*state, CLIENT ".key", &after[1]);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(before[i].st_ino, after[i].st_ino);
        assert_int_equal(before[i].st_mtim.tv_nsec, after[i].st_mtim.tv_nsec);
        assert_int_equal(after[i].st_mode & 0777, 0600);
    }
    assert_int_equal(scratch_mode(path), 0640);
    certificate_free(server);
    certificate_free(client);
}

static int count_one(const struct certificate *certificate, void *ctx)
{
    (void)certificate;
    ++*(int *)ctx;
    return 0;
}

static int recorded(const char *folder)
{
    int count = 0;

    assert_int_equal(issued_each(folder, count_one, &count, NULL), 0);
    return count;
}

static void what_is_renewed_is_recorded(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    assert_int_equal(recorded(*state), 2);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    run(&renewals);
    assert_int_equal(recorded(*state), 4);
    run(&renewals);
    assert_int_equal(recorded(*state), 4);
}

// Neither a file nor a record may change.
static void expect_untouched(
    struct renewals *renewals, const char *folder, enum pki_renew_state state, const char *why)
{
    run(renewals);
    renewals_expect(renewals, 0, SERVER, state, why);
    renewals_expect(renewals, 1, CLIENT, state, why);
    assert_int_equal(end_of(folder, SERVER ".crt"), NOW_MS + 100 * DAY_MS);
    assert_int_equal(end_of(folder, CLIENT ".crt"), NOW_MS + 100 * DAY_MS);
}

static void revoked_ones_are_left_alone(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    renewals.revoked = 1;
    expect_untouched(&renewals, *state, PKI_RENEW_REVOKED, NULL);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    renewals.revoked = ERR_UNAVAILABLE;
    expect_untouched(&renewals, *state, PKI_RENEW_FAILED, "nobody answers");
    assert_int_equal(recorded(*state), 2);
}

static void a_look_changes_nothing(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    renewals.renew.act = pki_renew_look;
    expect_untouched(&renewals, *state, PKI_RENEW_DUE, NULL);
    assert_int_equal(recorded(*state), 2);
    assert_int_equal(renewals.marks, 0);
}

static void nothing_is_replaced_without_a_mark(void **state)
{
    struct renewals renewals;

    renewals_make(*state);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    renewals.mark_fails = true;
    expect_untouched(&renewals, *state, PKI_RENEW_FAILED, "no mark");
}

static void join(const char *folder, const char *name, char out[SCRATCH_PATH_SIZE])
{
    scratch_path(folder, name, out);
}

static void move(const char *folder, const char *from, const char *to)
{
    char paths[2][SCRATCH_PATH_SIZE];

    join(folder, from, paths[0]);
    join(folder, to, paths[1]);
    assert_int_equal(rename(paths[0], paths[1]), 0);
}

static void the_key_may_be_elsewhere(void **state)
{
    struct renewals renewals;
    char other[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE];

    renewals_make(*state);
    join(*state, "signer", other);
    assert_int_equal(mkdir(other, 0700), 0);
    move(*state, "ca.key", "signer/ca.key");
    renewals_begin(&renewals, *state, other, LATE_MS);
    expect_untouched(&renewals, *state, PKI_RENEW_FAILED, "no CA in");
    join(*state, "ca.crt", path);
    join(*state, "signer/ca.crt", other);
    assert_int_equal(link(path, other), 0);
    move(*state, "issued.pem", "signer/issued.pem");
    join(*state, "signer", other);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    expect_untouched(&renewals, *state, PKI_RENEW_ELSEWHERE, "not on this machine");
    renewals_begin(&renewals, *state, other, LATE_MS);
    run(&renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_RENEWED, NULL);
    assert_int_equal(recorded(other), 4);
}

static void another_ca_renews_its_own(void **state)
{
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS, .force = true};
    struct renewals renewals;
    struct pki_folder_pair pair;

    renewals_make(*state);
    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    expect_untouched(&renewals, *state, PKI_RENEW_FOREIGN, NULL);
}

// As a crash between the two files of `pki server --force` leaves them.
static void a_broken_pair_is_not_renewed(void **state)
{
    struct renewals renewals;
    char path[SCRATCH_PATH_SIZE];

    renewals_make(*state);
    move(*state, CLIENT ".key", "kept");
    join(*state, "kept", path);
    move(*state, SERVER ".key", CLIENT ".key");
    move(*state, "kept", SERVER ".key");
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    expect_untouched(&renewals, *state, PKI_RENEW_FAILED, "is not the key of");
}

// The CA lasts 7300 days.
static void none_outlives_its_ca(void **state)
{
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS + 7250 * DAY_MS};
    struct issuer_order server = {.common_name = "late"};
    struct renewals renewals;
    struct pki_folder_pair pair;
    struct issuer *issuer;

    renewals_make(*state);
    assert_int_equal(pki_folder_open(*state, &issuer, NULL), 0);
    order.days = 20;
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    order.days = 0;
    server.common_name = "last";
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    issuer_free(issuer);

    renewals_begin(&renewals, *state, NULL, NOW_MS + 7290 * DAY_MS);
    run(&renewals);
    renewals_expect(
        &renewals, 0, "servers/last", PKI_RENEW_FAILED, "the CA itself has to be changed");
    renewals_expect(&renewals, 1, "servers/late", PKI_RENEW_RENEWED, NULL);
    assert_int_equal(end_of(*state, "servers/late.crt"), NOW_MS + 7300 * DAY_MS);
    assert_int_equal(end_of(*state, "servers/last.crt"), NOW_MS + 7300 * DAY_MS);
}

static void the_rest_of_a_file_stays(void **state)
{
    struct renewals renewals;
    struct certificate_file file;
    struct certificate *ca;
    char path[SCRATCH_PATH_SIZE];
    char prints[2][DIGEST_SHA256_TEXT_SIZE];
    char *pem;
    FILE *out;

    renewals_make(*state);
    ca = pki_pairs_load(*state, "ca.crt");
    assert_int_equal(certificate_to_pem(ca, &pem, NULL), 0);
    join(*state, SERVER ".crt", path);
    out = fopen(path, "a");
    assert_non_null(out);
    fputs(pem, out);
    assert_int_equal(fclose(out), 0);
    free(pem);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    run(&renewals);
    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    assert_int_equal(file.count, 2);
    assert_int_equal(certificate_fingerprint(file.certificates[1], prints[0], NULL), 0);
    assert_int_equal(certificate_fingerprint(ca, prints[1], NULL), 0);
    assert_string_equal(prints[0], prints[1]);
    assert_int_equal(certificate_not_after_ms(file.certificates[0]), NOW_MS + 171 * DAY_MS);
    certificate_file_clear(&file);
    certificate_free(ca);
}

static void one_bad_file_stops_no_other(void **state)
{
    struct renewals renewals;
    char path[SCRATCH_PATH_SIZE];
    FILE *out;

    renewals_make(*state);
    join(*state, "servers/a.crt", path);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs("no certificate\n", out);
    assert_int_equal(fclose(out), 0);
    renewals_begin(&renewals, *state, NULL, LATE_MS);
    run(&renewals);
    assert_int_equal(renewals.states[0], PKI_RENEW_FAILED);
    renewals_expect(&renewals, 1, SERVER, PKI_RENEW_RENEWED, NULL);
    assert_int_equal(renewals.count, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_ends_is_renewed),
        TEST(of_what_begins_later_nothing_is_issued),
        TEST(key_and_mode_stay),
        TEST(what_is_renewed_is_recorded),
        TEST(revoked_ones_are_left_alone),
        TEST(a_look_changes_nothing),
        TEST(nothing_is_replaced_without_a_mark),
        TEST(the_key_may_be_elsewhere),
        TEST(another_ca_renews_its_own),
        TEST(a_broken_pair_is_not_renewed),
        TEST(none_outlives_its_ca),
        TEST(the_rest_of_a_file_stays),
        TEST(one_bad_file_stops_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
