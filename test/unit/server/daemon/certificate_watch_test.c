// Ends of certificates are told weeks before, and once a day.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/daemon/certificate_watch.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define DAY_MS INT64_C(86400000)
#define TEXT_SIZE 2048

struct place {
    char ca[SCRATCH_PATH_SIZE];
    char devices[SCRATCH_PATH_SIZE];
    char server[SCRATCH_PATH_SIZE];
};

static void make(const char *folder, struct place *place)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct issuer_order server = {.common_name = "server"};
    struct pki_folder_pair pair;
    struct issuer *issuer = NULL;
    struct err err = {0};

    if (pki_folder_init(&order, "CA", &pair, &err) < 0 ||
        pki_folder_open(folder, &issuer, &err) < 0)
        fail_msg("%s", err.message);
    order.days = 100;
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    issuer_free(issuer);
    scratch_path(folder, "ca.crt", place->ca);
    scratch_path(folder, "devices", place->devices);
    scratch_path(folder, "servers/server.crt", place->server);
}

// What the log says of it.
static void tick(struct certificate_watch *watch, char out[TEXT_SIZE])
{
    FILE *log = tmpfile();
    int saved = dup(STDERR_FILENO);

    assert_non_null(log);
    assert_true(dup2(fileno(log), STDERR_FILENO) >= 0);
    certificate_watch_tick(watch, NULL);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(log);
    out[fread(out, 1, TEXT_SIZE - 1, log)] = '\0';
    fclose(log);
}

static void ends_are_told_in_time(void **state)
{
    static const struct {
        int64_t left_ms;
        const char *text; // "": nothing
    } rows[] = {
        {100 * DAY_MS, ""},
        {30 * DAY_MS + 60000, ""},
        {30 * DAY_MS - 60000, "certificate of the CA ends in days=29, on "},
        {DAY_MS + 60000, "certificate of the CA ends in days=1, on "},
        {60000, "certificate of the CA ends in days=0, on "},
        {-60000, "certificate of the CA expired on "},
    };
    struct place place;
    struct certificate *certificate;

    make(*state, &place);
    assert_int_equal(certificate_load(place.server, &certificate, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config config = {.ca = place.ca, .devices_dir = place.devices};
        struct credentials credentials = {
            .certificate = certificate, .ca_not_after_ms = clock_system_ms() + rows[i].left_ms};
        struct certificate_watch *watch;
        char text[TEXT_SIZE];

        assert_int_equal(certificate_watch_new(&config, &credentials, &watch, NULL), 0);
        for (int again = 0; again < 2; again++) {
            tick(watch, text);
            if (again == 0 && rows[i].text[0] != '\0' ? strstr(text, rows[i].text) == NULL
                                                      : text[0] != '\0')
                fail_msg("row %zu, %d: %s", i, again, text);
        }
        certificate_watch_restart(watch); // as SIGHUP does: told anew
        tick(watch, text);
        assert_int_equal(strstr(text, "certificate of the CA") != NULL, rows[i].text[0] != '\0');
        certificate_watch_free(watch);
    }
    certificate_free(certificate);
    certificate_watch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ends_are_told_in_time, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
