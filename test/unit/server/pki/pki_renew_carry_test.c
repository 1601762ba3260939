// Certificates that another machine's CA renews: there, and back.
#include "server/pki/pki_renew_carry.h"

#include "server/base/file.h"
#include "test/unit/server/pki/pki_renew_fixture.h"

#define LATE_MS (NOW_MS + 71 * DAY_MS)

// The CA's own folder, and that of the services without its key, as one is a copy of the other.
struct places {
    char ca[SCRATCH_PATH_SIZE];
    char here[SCRATCH_PATH_SIZE];
    char carried[SCRATCH_PATH_SIZE];
};

static void copy(const char *from, const char *to, const char *name)
{
    char paths[2][SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    scratch_path(from, name, paths[0]);
    scratch_path(to, name, paths[1]);
    assert_int_equal(file_read(paths[0], 65536, &p, &n, NULL), 0);
    assert_int_equal(file_replace(paths[1], p, n, 0600, NULL), 0);
    free(p);
}

static void make(const char *folder, struct places *places)
{
    static const char *const names[] = {
        "ca.crt", SERVER ".crt", SERVER ".key", CLIENT ".crt", CLIENT ".key"};
    char below[SCRATCH_PATH_SIZE];

    scratch_path(folder, "ca", places->ca);
    scratch_path(folder, "here", places->here);
    scratch_path(folder, "carried", places->carried);
    renewals_make(places->ca);
    scratch_path(places->here, "servers", below);
    assert_int_equal(file_make_folder(below, 0700, NULL), 0);
    scratch_path(places->here, "clients", below);
    assert_int_equal(file_make_folder(below, 0700, NULL), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        copy(places->ca, places->here, names[i]);
}

static void request(const struct places *places, struct renewals *renewals)
{
    struct pki_renew_carry carry = {.path = places->carried};

    renewals_begin(renewals, places->here, NULL, LATE_MS);
    renewals->renew.act = pki_renew_carry_request;
    renewals->renew.act_ctx = &carry;
    assert_int_equal(pki_renew_carry_begin(&carry, places->here, NULL), 0);
    assert_int_equal(pki_renew_each(&renewals->renew, NULL), 0);
}

// What is signed where the CA is.
static void sign(const struct places *places, struct renewals *renewals)
{
    renewals_begin(renewals, places->carried, places->ca, LATE_MS);
    assert_int_equal(pki_renew_each(&renewals->renew, NULL), 0);
}

static void take(const struct places *places, struct renewals *renewals)
{
    struct pki_renew_carry carry = {.path = places->carried};

    renewals_begin(renewals, places->here, NULL, LATE_MS);
    renewals->renew.act = pki_renew_carry_answer;
    renewals->renew.act_ctx = &carry;
    renewals->renew.before_days = 36500;
    assert_int_equal(pki_renew_carry_read(&carry, NULL), 0);
    assert_int_equal(pki_renew_each(&renewals->renew, NULL), 0);
    pki_renew_carry_clear(&carry);
}

static int64_t end_of(const char *folder, const char *name)
{
    struct certificate *certificate = pki_pairs_load(folder, name);
    int64_t end_ms = certificate_not_after_ms(certificate);

    certificate_free(certificate);
    return end_ms;
}

static void there_and_back(void **state)
{
    struct renewals renewals;
    struct places places;

    make(*state, &places);
    request(&places, &renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_DUE, NULL);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_DUE, NULL);
    take(&places, &renewals); // nothing was signed
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_ELSEWHERE, NULL);
    sign(&places, &renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_RENEWED, NULL);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_RENEWED, NULL);
    take(&places, &renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_RENEWED, NULL);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_RENEWED, NULL);
    assert_int_equal(end_of(places.here, SERVER ".crt"), LATE_MS + 100 * DAY_MS);
    take(&places, &renewals); // once more
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_GOOD, NULL);
    assert_int_equal(renewals.marks, 0);
}

// A request holds no key, and takes nobody's place.
static void a_request_holds_no_secret(void **state)
{
    struct pki_renew_carry carry = {0};
    struct renewals renewals;
    struct places places;
    char below[SCRATCH_PATH_SIZE];

    make(*state, &places);
    request(&places, &renewals);
    assert_int_equal(scratch_count(places.carried), 3);
    scratch_path(places.carried, "servers", below);
    assert_int_equal(scratch_count(below), 1);
    carry.path = places.carried;
    assert_int_equal(pki_renew_carry_begin(&carry, places.here, NULL), ERR_CONFLICT);
}

static void refuse_at(const struct places *places, size_t at, const char *why)
{
    static const char *const names[] = {SERVER, CLIENT};
    char file[64];
    struct renewals renewals;

    take(places, &renewals);
    renewals_expect(&renewals, at, names[at], PKI_RENEW_FAILED, why);
    snprintf(file, sizeof file, "%s.crt", names[at]);
    assert_int_equal(end_of(places->here, file), NOW_MS + 100 * DAY_MS);
    assert_int_equal(renewals.marks, 0);
}

static void refuse(const struct places *places, const char *why)
{
    refuse_at(places, 0, why);
}

// Signs, for a key, what order says, as a CA would that was asked for something else.
static void sign_file(
    const struct places *places, const char *ca, const char *name, struct issuer_order order)
{
    struct certificate *old = pki_pairs_load(places->here, name);
    struct certificate *fresh;
    struct issuer *issuer;
    char path[SCRATCH_PATH_SIZE];
    char *pem;

    assert_int_equal(pki_folder_open(ca, &issuer, NULL), 0);
    if (order.now_ms == 0)
        order.now_ms = LATE_MS;
    if (order.days == 0)
        order.days = 100;
    assert_int_equal(issuer_issue_like(issuer, &order, old, &fresh, NULL), 0);
    assert_int_equal(certificate_to_pem(fresh, &pem, NULL), 0);
    scratch_path(places->carried, name, path);
    assert_int_equal(file_replace(path, (const uint8_t *)pem, strlen(pem), 0600, NULL), 0);
    free(pem);
    certificate_free(fresh);
    certificate_free(old);
    issuer_free(issuer);
}

static void sign_other(const struct places *places, const char *ca, struct issuer_order order)
{
    sign_file(places, ca, SERVER ".crt", order);
}

// A client never becomes a server, nor gets another role.
static void a_client_stays_what_it_is(void **state)
{
    struct issuer_order good = {
        .profile = PROFILE_CLIENT, .common_name = "grafana", .unit = "monitor"};
    struct issuer_order order = good;
    struct renewals renewals;
    struct places places;

    make(*state, &places);
    request(&places, &renewals);
    order.profile = PROFILE_SERVER;
    sign_file(&places, places.ca, CLIENT ".crt", order);
    refuse_at(&places, 1, "is for more than the old one");
    order = good;
    order.unit = "homeassistant";
    sign_file(&places, places.ca, CLIENT ".crt", order);
    refuse_at(&places, 1, "has another subject");
    sign_file(&places, places.ca, CLIENT ".crt", good);
    take(&places, &renewals);
    renewals_expect(&renewals, 1, CLIENT, PKI_RENEW_RENEWED, NULL);
}

static void only_what_says_the_same_is_taken(void **state)
{
    const char *dns[] = {"broker.example"};
    const char *ip[] = {"192.0.2.1"};
    const char *more[] = {"broker.example", "other.example"};
    struct issuer_order good = {.profile = PROFILE_SERVER,
        .common_name = "mosquitto",
        .names = {.dns = dns, .dns_count = 1, .ip = ip, .ip_count = 1}};
    struct issuer_order order;
    struct renewals renewals;
    struct places places;

    make(*state, &places);
    request(&places, &renewals);

    order = good;
    order.names = (struct subject_names){.dns = more, .dns_count = 2, .ip = ip, .ip_count = 1};
    sign_other(&places, places.ca, order);
    refuse(&places, "has other names");
    order.names = (struct subject_names){0};
    sign_other(&places, places.ca, order);
    refuse(&places, "has other names");

    order = good;
    order.common_name = "Mosquitto";
    sign_other(&places, places.ca, order);
    refuse(&places, "has another subject");

    order = good;
    order.unit = "monitor";
    sign_other(&places, places.ca, order);
    refuse(&places, "has another subject");

    order = good;
    order.profile = PROFILE_CA;
    sign_other(&places, places.ca, order);
    refuse(&places, "is for more than the old one");

    order = good;
    order.days = 1;
    sign_other(&places, places.ca, order);
    refuse(&places, "no later");

    order = good;
    order.now_ms = LATE_MS + DAY_MS;
    sign_other(&places, places.ca, order);
    refuse(&places, "begins only on");

    sign_other(&places, places.ca, good);
    take(&places, &renewals);
    renewals_expect(&renewals, 0, SERVER, PKI_RENEW_RENEWED, NULL);
}

static void another_ca_is_refused(void **state)
{
    const char *dns[] = {"broker.example"};
    const char *ip[] = {"192.0.2.1"};
    struct issuer_order good = {.profile = PROFILE_SERVER,
        .common_name = "mosquitto",
        .names = {.dns = dns, .dns_count = 1, .ip = ip, .ip_count = 1}};
    struct renewals renewals;
    struct places places;
    char other[SCRATCH_PATH_SIZE];

    make(*state, &places);
    request(&places, &renewals);
    scratch_path(*state, "other", other);
    renewals_make(other);
    sign_other(&places, other, good);
    refuse(&places, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_and_back),
        TEST(a_request_holds_no_secret),
        TEST(a_client_stays_what_it_is),
        TEST(only_what_says_the_same_is_taken),
        TEST(another_ca_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
