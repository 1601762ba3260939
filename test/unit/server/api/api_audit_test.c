// No change without its row in the audit log: each route that changes something is walked here.
#include "test/unit/server/api/api_audit_rollouts.h"
#include "test/unit/server/api/api_audit_settings.h"
#include "test/unit/server/api/api_audit_terms.h"
#include "test/unit/server/api/api_audit_users.h"
#include "test/unit/server/api/api_audit_webhooks.h"
#include "test/unit/server/api/api_fixture.h"

#include <pwd.h>

#include "server/base/file.h"
#include "server/image/image_descriptor_build.h"
#include "server/image/image_sign.h"
#include "server/store/device_store.h"

#define A "84f3eb000001" // with a certificate, as D
#define B "84f3eb000002"
#define C "84f3eb000003"
#define D "84f3eb000004"
#define NEW "84f3eb000009"
#define API "/api/v1"
#define PASSWORD "sesame, open"

// What a request brings.
static struct {
    uint8_t *certificate, *private_half, *image;
    char *public_half;
    size_t certificate_n, private_n, image_n;
    char start[256]; // the target that begins a change of the CA
    char code[16];   // that a device has to give
} given;
enum body { TEXT, CERTIFICATE, PRIVATE_KEY, PUBLIC_KEY, IMAGE };

// One change after the other: its route, what is asked, and what the log says of it.
static const struct step {
    const char *pattern, *target;
    enum body body;
    const char *text;
    const char *verb, *kind, *object;
    const char *after; // stands in it
} steps[] = {
    {API "/certificates", API "/certificates", CERTIFICATE, NULL, "record", "certificate", NULL,
        "\"count\":1"},
    {API "/devices/:/key", API "/devices/" A "/key?on=1", PRIVATE_KEY, NULL, "allow-key", "device",
        A, "key_allowed_at_ms"},
    {API "/devices/:/key", API "/devices/" A "/key?on=0", TEXT, "", "refuse-key", "device", A,
        "first_seen_ms"},
    {API "/devices/:/revoke", API "/devices/" A "/revoke?reason=superseded", TEXT, "", "revoke",
        "device", A, "\"reason\":\"superseded\",\"readmitted_at_ms\":0"},
    {API "/devices/:/readmit", API "/devices/" A "/readmit", TEXT, "", "readmit", "device", A,
        "superseded"},
    {API "/devices/:/replace", API "/devices/" B "/replace?by=" C, TEXT, "", "replace", "device", B,
        "\"replaced_by\":\"" C "\""},
    {API "/devices/:/forget", API "/devices/" B "/forget", TEXT, "", "forget", "device", B,
        "revoked_at_ms"},
    {API "/devices/:/tags", API "/devices/" A "/tags", TEXT, "{\"add\": [\"cellar\", \"north\"]}",
        "tag", "device", A, "\"tags\":\"cellar north\""},
    {API "/devices/:/label", API "/devices/" A "/label", TEXT, "{\"name\": \"door\"}", "label",
        "device", A, "\"label\":\"door\""},
    {API "/devices/:/hold", API "/devices/" A "/hold?on=1&reason=roof", TEXT, "", "hold", "device",
        A, "\"hold_reason\":\"roof\""},
    {API "/devices/:/hold", API "/devices/" A "/hold?on=0", TEXT, "", "unhold", "device", A, ""},
    {API "/devices/:/pin", API "/devices/" A "/pin?image=BOARD-1&force=1", TEXT, "", "pin",
        "device", A, "\"pin\":\"BOARD-1\""},
    {API "/devices/:/pin", API "/devices/" A "/pin?image=", TEXT, "", "unpin", "device", A, ""},
    {API "/devices/:/channel", API "/devices/" A "/channel?channel=beta&force=1", TEXT, "",
        "channel", "device", A, "\"channel\":\"beta\""},
    {API "/devices/:/canary", API "/devices/" A "/canary?on=1", TEXT, "", "canary", "device", A,
        "\"canary\":true"},
    SETTINGS_STEPS{API "/certificates/:/revoke", API "/certificates/0A/revoke?force=1", TEXT, "",
        "revoke", "certificate", "0a", "keyCompromise"},
    {API "/enrolments", API "/enrolments", TEXT, "{\"macs\": [\"" NEW "\"], \"code\": true}",
        "register", "enrolment", NEW, "\"needs_code\":true,\"count\":1"},
    {API "/enrolments/:/approve", API "/enrolments/" NEW "/approve?any_key=1", TEXT, "", "approve",
        "enrolment", NEW, "\"state\":\"approved\""},
    {API "/enrolments/:/reject", API "/enrolments/" NEW "/reject", TEXT, "", "reject", "enrolment",
        NEW, "\"state\":\"rejected\""},
    {API "/enrolments/:/remove", API "/enrolments/" NEW "/remove", TEXT, "", "remove", "enrolment",
        NEW, ""},
    {API "/enrolments/window", API "/enrolments/window?for_s=60&at_most=3", TEXT, "", "open",
        "window", "", "\"at_most\":3"},
    {API "/enrolments/window", API "/enrolments/window?for_s=0", TEXT, "", "close", "window", "",
        "\"until_ms\":0"},
    {API "/rotation", given.start, TEXT, "", "start", "rotation", "", "\"phase\":\"trust\""},
    {API "/rotation/certificates", API "/rotation/certificates", CERTIFICATE, NULL, "record",
        "rotation", "", "\"certificates\":1"},
    {API "/rotation/advance", API "/rotation/advance?to=aborting", TEXT, "", "abort", "rotation",
        "", "\"phase\":\"aborting\""},
    {API "/commands", API "/commands", TEXT,
        "{\"mac\": \"" D "\", \"command\": \"flash\", \"force\": true}", "order", "command", D,
        "\"command\":\"flash\",\"count\":1"},
    {API "/commands/cancel", API "/commands/cancel", TEXT, "{\"macs\": [\"" D "\"]}", "cancel",
        "command", D, D " flash\"]"},
    {API "/commands", API "/commands", TEXT,
        "{\"filters\": [\"mac=" D "\"], \"command\": \"flash\", \"force\": true}", "order",
        "command", "filter", "\"filters\":[\"mac=" D "\"],\"count\":1"},
    {API "/commands", API "/commands", TEXT,
        "{\"all\": true, \"command\": \"flash\", \"force\": true}", "order", "command", "all",
        "\"command\":\"flash\",\"count\":"},
    {API "/wifi", API "/wifi", TEXT,
        "{\"macs\": [\"" D "\"], \"networks\": [{\"ssid\": \"a\", \"password\": \"" PASSWORD
        "\"}]}",
        "order", "networks", NULL, "\"macs\":[\"" D "\"]"},
    {API "/keys", API "/keys?name=first", PUBLIC_KEY, NULL, "add", "key", NULL,
        "\"name\":\"first\""},
    {API "/images", API "/images", IMAGE, NULL, "add", "image", "BOARD-1", "\"state\":\"added\""},
    {API "/images/:/publish", API "/images/BOARD-1/publish?channel=beta&force=1", TEXT, "",
        "publish", "image", "BOARD-1", "\"channel\":\"beta\""},
    {API "/images/:/promote", API "/images/BOARD-1/promote", TEXT, "", "promote", "image",
        "BOARD-1", "\"state\":\"published\""},
    {API "/images/:/must-pass", API "/images/BOARD-1/must-pass?on=1", TEXT, "", "mark", "image",
        "BOARD-1", "\"must_pass\":true"},
    {API "/boards/:", API "/boards/BOARD?policy=leap", TEXT, "", "set", "board", "BOARD",
        "\"policy\":\"leap\""},
    ROLLOUT_STEPS{API "/images/:/withdraw", API "/images/BOARD-1/withdraw?force=1", TEXT, "",
        "withdraw", "image", "BOARD-1", "\"state\":\"withdrawn\""},
    {API "/rollouts/:/remove", API "/rollouts/spring/remove", TEXT, "", "remove", "rollout",
        "spring", ""},
    {API "/images/:/remove", API "/images/BOARD-1/remove?force=1", TEXT, "", "remove", "image",
        "BOARD-1", ""},
    WEBHOOK_STEPS USER_STEPS{API "/keys/:/retire", API "/keys/first/retire", TEXT, "", "retire",
        "key", NULL, "retired_at_ms"},
    {API "/keys/:/remove", API "/keys/first/remove", TEXT, "", "remove", "key", NULL, ""},
    {API "/backup", API "/backup", TEXT, "", "make", "backup", "", "\"at_ms\":"},
};

#define STEPS (sizeof steps / sizeof steps[0])

static bool is_walked(const char *pattern)
{
    for (size_t i = 0; i < STEPS; i++) {
        if (strcmp(steps[i].pattern, pattern) == 0)
            return true;
    }
    return strncmp(pattern, API "/session", strlen(API "/session")) == 0; // api_session_test.c
}

static void no_route_is_forgotten(void **state)
{
    (void)state;
    for (const struct http_route *route = api_routes(); route->pattern != NULL; route++) {
        if ((route->methods & ~(unsigned)(HTTP_GET | HTTP_HEAD)) != 0 && !is_walked(route->pattern))
            fail_msg("%s changes something, and no step of this test walks it", route->pattern);
    }
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.speaks_events = true, .last_seen_ms = 1, .first_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    device.online = strcmp(device.mac, D) == 0;
    snprintf(device.status.image, sizeof device.status.image, "%s", device.online ? "BOARD-0" : "");
    return device_store_put(connection, &device, NULL, err);
}

static void certify(struct fixture *f, const char *mac, bool keep)
{
    struct pki_folder_order order = {.folder = folder, .days = 1, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, mac, &pair, NULL), 0);
    issuer_free(issuer);
    assert_int_equal(store_write(f->api.store, put, (void *)(uintptr_t)mac, NULL), 0);
    if (!keep)
        return;
    assert_int_equal(
        file_read(pair.public_path, 10000, &given.certificate, &given.certificate_n, NULL), 0);
    assert_int_equal(
        file_read(pair.key_path, 10000, &given.private_half, &given.private_n, NULL), 0);
}

static void make_image(void)
{
    static const uint8_t body[8] = {1};
    struct image_descriptor_build_block block;
    struct private_key *private_half;
    struct public_key key;
    uint8_t *described;
    size_t n;

    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &private_half, NULL), 0);
    assert_int_equal(private_key_public(private_half, &key, NULL), 0);
    assert_int_equal(public_key_to_pem(&key, &given.public_half), 0);
    assert_int_equal(image_descriptor_build("BOARD-1", &key, 1, &block, NULL), 0);
    assert_int_equal(image_descriptor_build_append(body, sizeof body, &block, &described, &n), 0);
    assert_int_equal(image_sign(described, n, private_half, &given.image, &given.image_n, NULL), 0);
    private_key_free(private_half);
    free(described);
}

static void prepare(struct fixture *f)
{
    struct certificate *certificate;
    char ca[DIGEST_SHA256_TEXT_SIZE];
    struct err err = {0};

    certify(f, A, true);
    certify(f, D, false);
    assert_int_equal(store_write(f->api.store, put, (void *)(uintptr_t)B, NULL), 0);
    make_image();
    f->api.recipients = (struct wifi_recipient_sources){f->auth, f->api.devices_dir};
    f->api.enrolment = (struct api_enrolment){true, "list", 3600};
    if (certificate_from_pem(given.certificate, given.certificate_n, &certificate, &err) < 0 ||
        device_auth_find_root(f->auth, certificate, ca, &err) < 0 ||
        rotation_watch_open(f->api.store, f->auth, &f->api.rotation, &err) < 0)
        fail_msg("%s", err.message);
    certificate_free(certificate);
    snprintf(given.start, sizeof given.start,
        API "/rotation?old=%s&new=0000000000000000000000000000000000000000000000000000000000000001",
        ca);
}

static void take_step(struct fixture *f, const void *ctx)
{
    const struct step *step = ctx;
    const char *pem = given.public_half;

    switch (step->body) {
    case TEXT: ask(f, "POST", step->target, step->text, strlen(step->text)); break;
    case CERTIFICATE: ask(f, "POST", step->target, given.certificate, given.certificate_n); break;
    case PRIVATE_KEY: ask(f, "POST", step->target, given.private_half, given.private_n); break;
    case PUBLIC_KEY: ask(f, "POST", step->target, pem, strlen(pem)); break;
    case IMAGE: ask(f, "POST", step->target, given.image, given.image_n); break;
    }
}

static void expect_row(const struct step *step, const struct audit_row *row, int64_t before)
{
    const struct passwd *user = getpwuid(getuid());
    char who[AUDIT_WHO_SIZE];

    if (row->number != before + 1)
        fail_msg("%s: %lld rows", step->target, (long long)(row->number - before));
    snprintf(who, sizeof who, "uid %u", getuid());
    assert_string_equal(row->author.who, who);
    assert_string_equal(row->author.user, user != NULL ? user->pw_name : "");
    assert_int_equal(row->author.pid, getpid());
    assert_string_equal(row->verb, step->verb);
    assert_string_equal(row->kind, step->kind);
    if (step->object != NULL)
        assert_string_equal(row->object, step->object);
    else
        assert_true(row->object[0] != '\0');
    if (strstr(row->after, step->after) == NULL || strcmp(row->before, row->after) == 0)
        fail_msg("%s: %s -> %s", step->target, row->before, row->after);
    assert_int_equal(
        row->forced, strstr(step->target, "force=1") != NULL || strcmp(step->verb, "order") == 0
                         ? strcmp(step->kind, "networks") != 0
                         : 0);
}

static void each_change_writes_its_row(void **state)
{
    size_t judged = 0;
    struct fixture *f = *state;
    const char *code;

    prepare(f);
    for (size_t i = 0; i < STEPS; i++) {
        struct audit_row before = last_row(f);
        struct audit_row row;

        judged += api_audit_terms_refuse(f, steps[i].pattern, take_step, &steps[i]);
        take_step(f, &steps[i]);
        if (strncmp(f->answer + strlen("HTTP/1.x "), "20", 2) != 0)
            fail_msg("%s\n%s", steps[i].target, f->answer);
        code = strstr(f->answer, "\"code\":\"");
        if (code != NULL)
            snprintf(given.code, sizeof given.code, "%.10s", code + strlen("\"code\":\""));
        row = last_row(f);
        expect_row(&steps[i], &row, before.number);
    }
    assert_true(judged > STEPS / 2);
}

// In the state that the last test left.
static void what_changes_nothing_writes_none(void **state)
{
    static const char *const targets[] = {API "/devices/" A "/readmit",
        API "/certificates/0a/revoke?force=1", API "/images/BOARD-1/publish",
        API "/keys/first/remove", API "/rollouts/spring/abort", API "/devices/nonsense/revoke",
        API "/enrolments/" NEW "/remove"};
    struct fixture *f = *state;
    struct audit_row before = last_row(f);

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        ask(f, "POST", targets[i], NULL, 0);
        assert_int_equal(last_row(f).number, before.number);
    }
}

static void no_secret_is_in_it(void **state)
{
    static const char *const secrets[] = {PASSWORD, PASSWORD_IN_URL, "whsec_", "PRIVATE", "sealed"};
    struct fixture *f = *state;

    ask(f, "GET", API "/audit", NULL, 0);
    assert_non_null(strstr(f->answer, "\"verb\":\"publish\""));
    assert_int_equal(strlen(given.code), 10);
    assert_null(strstr(f->answer, given.code));
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        assert_null(strstr(f->answer, secrets[i]));
}

static size_t count(const char *p, const char *part)
{
    size_t n = 0;

    for (; (p = strstr(p, part)) != NULL; p++)
        n++;
    return n;
}

static void it_is_read(void **state)
{
    struct fixture *f = *state;
    char target[256];
    char number[32];
    struct audit_row last = last_row(f);

    ask(f, "GET", API "/audit", NULL, 0);
    assert_int_equal(count(f->answer, "\"number\":"), STEPS);
    ask(f, "GET", API "/audit?object=image&who=uid%201&after=0&since_ms=0", NULL, 0);
    assert_int_equal(count(f->answer, "\"number\":"), getuid() == 1 ? 6 : 0);
    ask(f, "GET", API "/audit?object=image", NULL, 0);
    assert_int_equal(count(f->answer, "\"number\":"), 6);
    expect(
        f, "image", 200, "\"before\":{\"state\":\"added\"", "\"after\":{\"state\":\"published\"");
    expect(f, "removed", 200, "\"after\":null", "\"forced\":true");
    ask(f, "GET", API "/audit?object=" NEW, NULL, 0);
    assert_int_equal(count(f->answer, "\"number\":"), 4);
    ask(f, "GET", API "/audit?since_ms=9000000000000000", NULL, 0);
    expect(f, "none so late", 200, "[]", "");
    ask(f, "GET", API "/audit?after=x", NULL, 0);
    expect(f, "no number", 400, "after must be a whole number from 0", "");
    ask(f, "GET", API "/audit?after=-1", NULL, 0);
    expect(f, "below all", 400, "after must be a whole number from 0", "");
    snprintf(target, sizeof target, API "/audit?who=%0*d", AUDIT_USER_SIZE, 0);
    ask(f, "GET", target, NULL, 0);
    expect(f, "a long name", 400, "at most 87 bytes", "");
    snprintf(number, sizeof number, "\"number\":%lld,", (long long)last.number);
    ask(f, "GET", API "/audit/head", NULL, 0);
    expect(f, "head", 200, number, last.hash);
}

static void it_is_verified(void **state)
{
    struct fixture *f = *state;
    char target[256];
    struct audit_row last = last_row(f);

    ask(f, "GET", API "/audit/verify", NULL, 0);
    expect(f, "whole", 200, "\"whole\":true", last.hash);
    ask(f, "GET", API "/audit/verify?anchor=7", NULL, 0);
    expect(f, "no anchor", 400, "NUMBER:HASH", "");
    snprintf(target, sizeof target, API "/audit/verify?anchor=%lld:%s", (long long)last.number + 1,
        last.hash);
    ask(f, "GET", target, NULL, 0);
    expect(f, "a later anchor", 200, "\"whole\":false", "of the anchor");
    snprintf(target, sizeof target, API "/audit/verify?anchor=%lld:%s", (long long)last.number,
        last.hash);
    ask(f, "GET", target, NULL, 0);
    expect(f, "its anchor", 200, "\"whole\":true", "\"bad\":null");
}

static int stop(void **state)
{
    struct fixture *f = *state;
    struct rotation_watch *watch = f->api.rotation;
    int rc = api_fixture_stop(state);

    rotation_watch_close(watch);
    free(given.certificate);
    free(given.private_half);
    free(given.public_half);
    free(given.image);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_route_is_forgotten),
        cmocka_unit_test(each_change_writes_its_row),
        cmocka_unit_test(what_changes_nothing_writes_none),
        cmocka_unit_test(no_secret_is_in_it),
        cmocka_unit_test(it_is_read),
        cmocka_unit_test(it_is_verified),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, stop);
}
