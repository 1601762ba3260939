// How objects are told of in the audit log.
#include <stdio.h>
#include <string.h>

#include "server/audit/audit_state.h"
#include "server/store/certificate_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/image_store.h"
#include "server/store/key_permit_store.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

static void expect(struct fixture *f, enum audit_kind kind, const char *object, const char *state)
{
    struct store_connection *connection = fixture_read(f);
    struct audit_json json = {.n = 0};
    struct err err = {0};

    if (audit_state_read(connection, kind, object, &json, &err) < 0)
        fail_msg("%s", err.message);
    store_read_end(f->store, connection);
    assert_false(json.failed);
    assert_string_equal(json.text, state);
}

static void test_nothing(void **state)
{
    for (int i = 0; i < AUDIT_KIND_COUNT; i++)
        expect(*state, (enum audit_kind)i, MAC_1, i == AUDIT_REVOCATIONS ? "{\"number\":0}" : "");
}

// A store_job.
static int put_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {
        .mac = MAC_1, .revoked_at_ms = 3, .reason = "superseded", .before_ms = 4};
    struct key_permit permit = {
        .mac = MAC_1, .allowed_by = "x", .allowed_at_ms = 5, .sealed = (const uint8_t *)"secret"};
    struct replacement replacement = {.mac = MAC_2, .old = MAC_1, .place = MAC_3, .at_ms = 6};
    struct enrolment enrolment = {.mac = MAC_1,
        .state = ENROLMENT_LISTED,
        .code_sha256 = "c0de",
        .decided_by = "uid 3",
        .decided_at_ms = 7};
    struct enrolment_window window = {.until_ms = 8, .at_most = 9, .let_in = 1, .decided_at_ms = 7};
    struct rotation rotation = {.phase = ROTATION_TRUST, .old_ca = "aa", .new_ca = "bb"};
    struct image_key key = {.id = "id", .name = "n\"", .algorithm = "P-256"};
    struct image image = {
        .sha256 = "cc", .size_bytes = 10, .signer = "id", .embeds_count = 1, .embeds = {"id"}};
    struct rotation_device left = {.mac = MAC_1, .is_left = true};
    int rc;

    (void)ctx;
    permit.sealed_size = strlen("secret");
    image_name_parse("B-1", 3, &image.name);
    rc = revocation_store_put(connection, &revocation, err);
    rc = rc < 0 ? rc : revocation_store_set_number(connection, 11, err);
    rc = rc < 0 ? rc : key_permit_store_put(connection, &permit, err);
    rc = rc < 0 ? rc : replacement_store_put(connection, &replacement, err);
    rc = rc < 0 ? rc : enrolment_store_put(connection, &enrolment, err);
    rc = rc < 0 ? rc : enrolment_window_store_put(connection, &window, err);
    rc = rc < 0 ? rc : rotation_store_put(connection, &rotation, err);
    rc = rc < 0 ? rc : rotation_store_put_device(connection, &left, err);
    rc = rc < 0 ? rc : image_store_add_key(connection, &key, err);
    rc = rc < 0 ? rc : image_store_add(connection, &image, err);
    rc = rc < 0 ? rc : certificate_store_revoke(connection, "0a", 12, "superseded", err);
    return rc < 0 ? rc : 0;
}

static void test_all_but_secrets(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_write(f, put_all, NULL);
    expect(f, AUDIT_DEVICE, MAC_1,
        "{\"first_seen_ms\":1,\"revoked_at_ms\":3,\"reason\":\"superseded\",\"readmitted_at_ms\":0,"
        "\"before_ms\":4,\"key_allowed_at_ms\":5,\"key_fetched_at_ms\":0,"
        "\"replaced_by\":\"" MAC_2 "\"}");
    expect(f, AUDIT_DEVICE, MAC_2, "{\"replaces\":\"" MAC_1 "\",\"place\":\"" MAC_3 "\"}");
    expect(f, AUDIT_DEVICE, MAC_3, "");
    expect(f, AUDIT_CERTIFICATE, "0a",
        "{\"common_name\":null,\"revoked_at_ms\":12,\"reason\":\"superseded\"}");
    expect(f, AUDIT_ENROLMENT, MAC_1,
        "{\"state\":\"listed\",\"key_sha256\":null,\"needs_code\":true,\"decided_by\":\"uid 3\","
        "\"decided_at_ms\":7}");
    expect(f, AUDIT_WINDOW, "", "{\"until_ms\":8,\"at_most\":9,\"let_in\":1,\"decided_at_ms\":7}");
    expect(f, AUDIT_ROTATION, "",
        "{\"phase\":\"trust\",\"old_ca\":\"aa\",\"new_ca\":\"bb\",\"left\":1,"
        "\"left_macs\":[\"" MAC_1 "\"]}");
    expect(f, AUDIT_REVOCATIONS, "", "{\"number\":11}");
    expect(f, AUDIT_KEY, "id", "{\"name\":\"n\\\"\",\"algorithm\":\"P-256\"}");
    expect(f, AUDIT_KEY, "i", "");
    expect(f, AUDIT_IMAGE, "B-1",
        "{\"state\":\"added\",\"sha256\":\"cc\",\"size_bytes\":10,\"signer\":\"id\","
        "\"embeds\":[\"id\"],\"published_at_ms\":0}");
    expect(f, AUDIT_IMAGE, "B-2", "");
    expect(f, AUDIT_COMMAND, MAC_1, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing),
        TEST(test_all_but_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
