// Who a certificate stands for, and under which identifiers: common name, organizational unit and
// client identifier, a line each; the first byte says what else it is.
#include <stdio.h>
#include <string.h>

#include "server/broker/identity.h"
#include "test/fuzz/fuzz.h"

#define DAEMON "secureespd"
#define VICTIM "84f3eb00000b"

static void check_identity(const struct identity *identity, const struct certificate_facts *facts)
{
    char mac[MAC_SIZE];
    bool is_device = mac_parse(facts->common_name, mac);

    FUZZ_CHECK(is_device == (identity->role == ACCESS_TABLE_DEVICE));
    FUZZ_CHECK(is_device == (identity->mac[0] != '\0'));
    FUZZ_CHECK(strcmp(identity->name, is_device ? mac : facts->common_name) == 0);
    // it becomes part of a topic and of JSON
    FUZZ_CHECK(identity->name[0] != '\0' && strpbrk(identity->name, "+#/$\"\\") == NULL);
    for (const char *s = identity->name; *s != '\0'; s++)
        FUZZ_CHECK(*s > ' ' && *s <= '~');
    if (identity->role == ACCESS_TABLE_DAEMON)
        FUZZ_CHECK(facts->is_server && strcmp(identity->name, DAEMON) == 0);
}

// What tells whose it is nobody else may bring.
static void check_told(
    const struct identity *identity, const char *client_id, const struct access_table *table)
{
    static const struct identity others[] = {{VICTIM, VICTIM, ACCESS_TABLE_DEVICE},
        {"0a0b0c0d0e0f", "0a0b0c0d0e0f", ACCESS_TABLE_DEVICE},
        {"aaaaaaaaaaaa", "aaaaaaaaaaaa", ACCESS_TABLE_DEVICE}};

    if (!identity_is_told_by(identity, client_id))
        return;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        FUZZ_CHECK(strcmp(others[i].mac, identity->mac) == 0 ||
                   identity_check_client_id(&others[i], client_id, table, DAEMON, NULL) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    struct certificate_facts facts = {.is_server = n > 0 && p[0] % 2 == 1};
    struct access_table *table;
    struct identity identity;

    if (n > 0)
        input = (struct fuzz_input){p + 1, n - 1};
    snprintf(facts.common_name, sizeof facts.common_name, "%s", fuzz_take_line(&input));
    snprintf(facts.unit, sizeof facts.unit, "%s", fuzz_take_line(&input));

    const char *client_id = fuzz_take_line(&input);

    if (access_table_new(&table) < 0)
        return 0;
    fuzz_fill(&identity, sizeof identity);
    if (identity_from_certificate(&facts, table, DAEMON, &identity, NULL) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&identity, sizeof identity));
    } else {
        check_identity(&identity, &facts);
        if (identity_check_client_id(&identity, client_id, table, DAEMON, NULL) == 0) {
            FUZZ_CHECK(strcmp(client_id, DAEMON) != 0 || identity.role == ACCESS_TABLE_DAEMON);
            FUZZ_CHECK(strcmp(client_id, VICTIM) != 0 || strcmp(identity.mac, VICTIM) == 0);
            check_told(&identity, client_id, table);
        }
    }
    access_table_free(table);
    return 0;
}
