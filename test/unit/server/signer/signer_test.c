// The CA that signs what its policy allows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/signer/signer.h"
#include "test/unit/server/signer/signer_fixture.h"

static const struct signer_peer peer = {.uid = 1000, .pid = 1};
static const struct request_fixture honest = {.common_name = SIGNER_FIXTURE_MAC};

static struct signer *open_signer(const char *folder, const struct signer_policy *policy)
{
    struct signer *signer = NULL;
    struct err err = {0};

    if (signer_open(folder, policy, &signer, &err) < 0)
        fail_msg("%s", err.message);
    return signer;
}

// The answer's code; out holds what the answer points to.
static int answer(struct signer *signer, const struct signer_message_written *request,
    struct signer_message_written *out, struct signer_message_answer *read)
{
    struct signer_received message = {request->bytes, request->n};

    signer_answer(signer, &peer, &message, out);
    assert_int_equal(signer_message_read_answer(out->bytes, out->n, read), 0);
    assert_true(read->code == 0 || read->text[0] != '\0');
    return read->code;
}

static int ask(struct signer *signer, const struct request_fixture *fixture, int days)
{
    struct signer_message_written request;
    struct signer_message_written written;
    struct signer_message_answer read;

    signer_fixture_request(fixture, days, &request);
    assert_true(request.n > 0);
    return answer(signer, &request, &written, &read);
}

static void what_is_signed_is_a_device(void **state)
{
    const char *folder = *state;
    struct signer *signer = open_signer(folder, &signer_fixture_policy);
    struct signer_message_written request;
    struct signer_message_written written;
    struct signer_message_answer read;
    struct certificate_facts facts;
    struct authority *authority;
    char path[SCRATCH_PATH_SIZE];

    signer_fixture_request(&honest, 30, &request);
    assert_int_equal(answer(signer, &request, &written, &read), 0);
    assert_int_equal(signer_fixture_recorded(folder), 1);
    scratch_path(folder, "ca.crt", path);
    assert_int_equal(authority_load(path, &authority, NULL), 0);
    assert_int_equal(authority_judge_client(
                         authority, read.certificate, read.n, clock_system_ms(), &facts, NULL),
        0);
    assert_string_equal(facts.common_name, SIGNER_FIXTURE_MAC);
    assert_false(facts.is_server);
    assert_in_range(
        facts.not_after_ms - clock_system_ms(), INT64_C(29) * 86400000, INT64_C(30) * 86400000);
    authority_free(authority);
    signer_free(signer);
}

static const struct {
    struct request_fixture fixture;
    int days;
    int code;
} refused[] = {
    {{.common_name = "secureespd"}, 0, ERR_DENIED},
    {{.common_name = "broker.example"}, 0, ERR_DENIED},
    {{.common_name = "84F3EB000001"}, 0, ERR_DENIED},
    {{.common_name = SIGNER_FIXTURE_MAC, .other_name = "secureespd"}, 0, ERR_INVALID},
    {{.common_name = SIGNER_FIXTURE_MAC}, 3650, ERR_DENIED},
    {{.common_name = SIGNER_FIXTURE_MAC, .rsa_bits = 2048}, 0, ERR_DENIED},
    {{.common_name = SIGNER_FIXTURE_MAC, .rsa_bits = 1024}, 0, ERR_INVALID},
    {{.common_name = SIGNER_FIXTURE_MAC, .curve = "P-384"}, 0, ERR_INVALID},
};

static void what_the_policy_refuses_is_not_signed(void **state)
{
    const char *folder = *state;
    struct signer *signer = open_signer(folder, &signer_fixture_policy);

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (ask(signer, &refused[i].fixture, refused[i].days) != refused[i].code)
            fail_msg("case %zu", i);
    }
    assert_int_equal(signer_fixture_recorded(folder), 0);
    assert_int_equal(ask(signer, &honest, 0), 0);
    signer_free(signer);
}

static void garbage_has_an_answer(void **state)
{
    static const struct signer_message_written garbage[] = {
        {.n = 1, .bytes = "S"}, {.n = 13, .bytes = "GET / HTTP/1."}};
    struct signer *signer = open_signer(*state, &signer_fixture_policy);
    struct signer_message_written request;
    struct signer_message_written written;
    struct signer_message_answer read;

    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        assert_int_equal(answer(signer, &garbage[i], &written, &read), ERR_INVALID);
    signer_fixture_request(&honest, 0, &request);
    request.bytes[request.n - 1] ^= 1; // of its signature
    assert_int_equal(answer(signer, &request, &written, &read), ERR_INVALID);
    signer_free(signer);
}

static void so_many_an_hour_also_after_a_restart(void **state)
{
    const char *folder = *state;
    struct signer_policy policy = signer_fixture_policy;
    struct signer *signer;

    policy.per_hour = 2;
    signer = open_signer(folder, &policy);
    assert_int_equal(ask(signer, &honest, 0), 0);
    assert_int_equal(ask(signer, &(struct request_fixture){.common_name = "no"}, 0), ERR_DENIED);
    assert_int_equal(ask(signer, &honest, 0), 0);
    assert_int_equal(ask(signer, &honest, 0), ERR_UNAVAILABLE);
    assert_int_equal(signer_fixture_recorded(folder), 2);
    signer_free(signer);
    signer = open_signer(folder, &policy);
    assert_int_equal(ask(signer, &honest, 0), ERR_UNAVAILABLE);
    policy.per_hour = 3;
    assert_int_equal(signer_set_policy(signer, &policy, NULL), 0);
    assert_int_equal(ask(signer, &honest, 0), 0);
    assert_int_equal(ask(signer, &honest, 0), ERR_UNAVAILABLE);
    signer_free(signer);
}

// The certificate itself, so that two are told apart.
static size_t certificate(struct signer *signer, const struct signer_message_written *request,
    struct signer_message_written *written)
{
    struct signer_message_answer read;

    if (answer(signer, request, written, &read) != 0)
        fail_msg("%s", read.text);
    return read.n;
}

// Whoever asked may have ended before the answer came.
static void the_same_order_has_the_same_answer(void **state)
{
    const char *folder = *state;
    struct signer_policy policy = signer_fixture_policy;
    struct signer *signer;
    struct signer_message_written request, first, again;
    struct signer_message_answer read;

    policy.per_hour = 2;
    signer = open_signer(folder, &policy);
    signer_fixture_request(&honest, 0, &request);
    (void)certificate(signer, &request, &first);
    for (int i = 0; i < 5; i++) { // it is not counted
        assert_int_equal(certificate(signer, &request, &again) + SIGNER_MESSAGE_HEAD + 1, first.n);
        assert_int_equal(again.n, first.n);
        assert_memory_equal(again.bytes, first.bytes, first.n);
    }
    assert_int_equal(signer_fixture_recorded(folder), 1);
    request.bytes[5] = 1; // anew
    (void)certificate(signer, &request, &again);
    assert_true(again.n != first.n || memcmp(again.bytes, first.bytes, first.n) != 0);
    assert_int_equal(signer_fixture_recorded(folder), 2);
    assert_int_equal(answer(signer, &request, &again, &read), ERR_UNAVAILABLE);
    request.bytes[5] = 0;
    policy.allows_p256 = false; // what is not signed any more is not answered either
    assert_int_equal(signer_set_policy(signer, &policy, NULL), 0);
    assert_int_equal(answer(signer, &request, &again, &read), ERR_DENIED);
    signer_free(signer);
}

static void another_policy_holds_at_once(void **state)
{
    struct signer_policy policy = signer_fixture_policy;
    struct signer *signer = open_signer(*state, &policy);

    policy.allows_p256 = false;
    assert_int_equal(signer_set_policy(signer, &policy, NULL), 0);
    assert_int_equal(ask(signer, &honest, 0), ERR_DENIED);
    signer_free(signer);
}

static void what_cannot_be_recorded_is_not_given(void **state)
{
    struct signer *signer = open_signer(*state, &signer_fixture_policy);
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ask(signer, &honest, 0), ERR_IO);
    assert_int_equal(remove(path), 0);
    assert_int_equal(ask(signer, &honest, 0), 0);
    signer_free(signer);
}

static void a_refusal_is_an_answer(void **state)
{
    struct signer *signer = open_signer(*state, &signer_fixture_policy);
    struct signer_message_written written;
    struct signer_message_answer read;
    struct err err = {.code = ERR_DENIED, .message = "not you"};

    for (int i = 0; i < 200; i++) { // more than are logged
        signer_refuse(signer, &peer, &err, &written);
        assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
        assert_int_equal(read.code, ERR_DENIED);
        assert_string_equal(read.text, "not you");
    }
    signer_free(signer);
}

static void a_folder_has_one_signer(void **state)
{
    const char *folder = *state;
    struct signer *signer = open_signer(folder, &signer_fixture_policy);
    struct signer *other;

    assert_int_equal(signer_open(folder, &signer_fixture_policy, &other, NULL), ERR_CONFLICT);
    signer_free(signer);
    signer = open_signer(folder, &signer_fixture_policy);
    signer_free(signer);
    signer_free(NULL);
}

static void it_does_not_start_without_what_it_needs(void **state)
{
    const char *folder = *state;
    struct signer *signer;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "issued.pem", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"damaged\n", 8, 0600, NULL), 0);
    assert_int_equal(signer_open(folder, &signer_fixture_policy, &signer, NULL), ERR_INVALID);
    assert_int_equal(remove(path), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(signer_open(folder, &signer_fixture_policy, &signer, NULL), ERR_DENIED);
    assert_int_equal(chmod(folder, 0700), 0);
    scratch_path(folder, "ca.key", path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(signer_open(folder, &signer_fixture_policy, &signer, NULL), ERR_DENIED);
    assert_int_equal(remove(path), 0);
    assert_int_equal(signer_open(folder, &signer_fixture_policy, &signer, NULL), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, signer_fixture_make, scratch_remove)
        TEST(what_is_signed_is_a_device),
        TEST(what_the_policy_refuses_is_not_signed),
        TEST(garbage_has_an_answer),
        TEST(so_many_an_hour_also_after_a_restart),
        TEST(the_same_order_has_the_same_answer),
        TEST(another_policy_holds_at_once),
        TEST(what_cannot_be_recorded_is_not_given),
        TEST(a_refusal_is_an_answer),
        TEST(a_folder_has_one_signer),
        TEST(it_does_not_start_without_what_it_needs),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
