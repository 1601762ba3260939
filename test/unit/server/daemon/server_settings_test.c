// What bounds the servers is what the configuration says, and what the operator's always has.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/daemon/file_limit.h"
#include "server/daemon/server_settings.h"

// Each number another, so that none stands in another's place.
static struct config make_config(void)
{
    return (struct config){
        .address = (char *)"192.0.2.1",
        .port = 8443,
        .certificate = (char *)"/certificate",
        .key = (char *)"/key",
        .threads = 3,
        .max_connections = 101,
        .max_connections_per_address = 31,
        .max_connections_per_certificate = 5,
        .timeout_s = 29,
        .handshake_timeout_s = 7,
        .min_bytes_per_second = 1009,
        .max_image_bytes = 1044464,
        .socket = (char *)"/socket",
        .socket_mode = 0620,
    };
}

static void the_download_server_is_bounded_as_configured(void **state)
{
    struct config config = make_config();
    struct http_server_settings settings;

    (void)state;
    server_settings_download(&config, &settings);
    assert_int_equal(settings.threads, 11); // ten connections each
    assert_int_equal(settings.at_once, 3);
    assert_int_equal(settings.spare_files, file_limit_spare(&config));
    assert_int_equal(settings.max_body_bytes, 0);
    assert_int_equal(settings.max_connections, 101);
    assert_int_equal(settings.max_connections_per_address, 31);
    assert_int_equal(settings.max_connections_per_certificate, 5);
    assert_int_equal(settings.timeout_s, 29);
    assert_int_equal(settings.handshake_timeout_s, 7);
    assert_int_equal(settings.min_bytes_per_second, 1009);
    assert_false(settings.makes_room);
    assert_string_equal(settings.name, "download");
    assert_string_equal(settings.address, "192.0.2.1");
    assert_int_equal(settings.port, 8443);
    assert_string_equal(settings.certificate_file, "/certificate");
    assert_string_equal(settings.key_file, "/key");
    assert_null(settings.socket_path);
}

static void enrolment_has_the_download_servers_certificate_if_none_of_its_own(void **state)
{
    struct config config = make_config();
    struct http_server_settings settings;

    (void)state;
    config.enrol_address = (char *)"192.0.2.2";
    config.enrol_port = 8444;
    config.enrol_certificate = config.enrol_key = (char *)"";
    server_settings_enrolment(&config, &settings);
    assert_string_equal(settings.certificate_file, "/certificate");
    assert_string_equal(settings.key_file, "/key");
    assert_string_equal(settings.address, "192.0.2.2");
    assert_int_equal(settings.port, 8444);
    assert_int_equal(settings.max_body_bytes, 8192);
    assert_int_equal(settings.max_connections, 200);
    assert_int_equal(settings.max_connections_per_address, 50);
    assert_int_equal(settings.at_once, 16);
    assert_int_equal(settings.threads, 21);
    assert_int_equal(settings.timeout_s, 29);
    assert_int_equal(settings.handshake_timeout_s, 7);
    assert_true(settings.certificate_optional);
    assert_false(settings.has_feeds);
    config.enrol_certificate = (char *)"/other";
    config.enrol_key = (char *)"/other-key";
    server_settings_enrolment(&config, &settings);
    assert_string_equal(settings.certificate_file, "/other");
    assert_string_equal(settings.key_file, "/other-key");
    server_settings_download(&config, &settings);
    assert_false(settings.certificate_optional);
    assert_false(settings.has_feeds);
    assert_int_equal(settings.spare_files, 256 + 64 + (64 + 16 + 4) + 4 * 3 + 200 + 4 * 16 + 21);
}

// Whoever waits for a revocation takes none of the others' threads.
static void an_operator_always_gets_in(void **state)
{
    struct config config = make_config();
    struct http_server_settings settings;

    (void)state;
    server_settings_api(&config, &settings);
    assert_int_equal(settings.threads, 8);
    assert_int_equal(settings.at_once, 0);
    assert_int_equal(settings.max_connections, 256);
    assert_true(settings.has_feeds);
    assert_true(settings.makes_room);
    assert_int_equal(settings.timeout_s, 60);
    assert_int_equal(settings.max_body_bytes, 1044464);
    assert_string_equal(settings.name, "api");
    assert_string_equal(settings.socket_path, "/socket");
    assert_int_equal(settings.socket_mode, 0620);
    assert_null(settings.address);
}

// Whoever finds the port may begin a request: no address takes all places, and silence none for
// long.
static void operators_are_bounded_by_address(void **state)
{
    struct config config = make_config();
    struct http_server_settings settings;
    uint64_t without = file_limit_spare(&config);

    (void)state;
    config.operator_address = (char *)"192.0.2.3";
    config.operator_port = 9443;
    config.operator_certificate = config.operator_key = (char *)"";
    server_settings_operator(&config, &settings);
    assert_string_equal(settings.name, "operator");
    assert_string_equal(settings.address, "192.0.2.3");
    assert_int_equal(settings.port, 9443);
    assert_string_equal(settings.certificate_file, "/certificate");
    assert_string_equal(settings.key_file, "/key");
    assert_int_equal(settings.max_connections, 128);
    assert_int_equal(settings.max_connections_per_address, 32);
    assert_int_equal(settings.threads, 48); // of which log-ins hold five at most
    assert_int_equal(settings.timeout_s, 60);
    assert_int_equal(settings.handshake_timeout_s, 7);
    assert_int_equal(settings.max_body_bytes, 1044464);
    assert_true(settings.certificate_optional);
    assert_true(settings.has_feeds);
    assert_int_equal(settings.spare_files, without + 128 + 5 * 48);
    config.operator_certificate = (char *)"/other";
    config.operator_key = (char *)"/other-key";
    server_settings_operator(&config, &settings);
    assert_string_equal(settings.certificate_file, "/other");
    assert_string_equal(settings.key_file, "/other-key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_download_server_is_bounded_as_configured),
        cmocka_unit_test(enrolment_has_the_download_servers_certificate_if_none_of_its_own),
        cmocka_unit_test(an_operator_always_gets_in),
        cmocka_unit_test(operators_are_bounded_by_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
