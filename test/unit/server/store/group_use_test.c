// What needs a group, and so keeps it.
#include "server/store/group_use.h"

#include <string.h>

#include "server/store/group_store.h"
#include "server/store/settings_store.h"
#include "server/store/webhook_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put_group(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *const *words = ctx;
    struct device_group group = {.set_at_ms = 1};

    snprintf(group.name, sizeof group.name, "%s", words[0]);
    snprintf(group.filter, sizeof group.filter, "%s", words[1]);
    return group_store_put(connection, &group, err);
}

static int put_webhook(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *const *words = ctx;
    struct webhook webhook = {.url = "https://a.example/", .created_at_ms = 1};

    snprintf(webhook.name, sizeof webhook.name, "%s", words[0]);
    snprintf(webhook.filter, sizeof webhook.filter, "%s", words[1]);
    return webhook_store_add(connection, &webhook, err);
}

static int put_settings(struct store_connection *connection, void *ctx, struct err *err)
{
    struct settings_change change = {.scope = SETTINGS_GROUP, .after = "{\"p\":1}"};

    snprintf(change.name, sizeof change.name, "%s", (const char *)ctx);
    return settings_store_change(connection, &change, err);
}

static void prepare(struct fixture *f)
{
    static const char *groups[][2] = {{"base", "tag=a"}, {"above", "not (tag=b or group=base)"},
        {"set", "tag=c"}, {"told", "tag=d"}, {"free", "tag=group"}};
    static const char *webhooks[][2] = {
        {"all", ""}, {"chat", "state=online group=told"}, {"other", "tag=free"}};
    static char set[] = "set";

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        fixture_write(f, put_group, groups[i]);
    for (size_t i = 0; i < sizeof webhooks / sizeof webhooks[0]; i++)
        fixture_write(f, put_webhook, webhooks[i]);
    fixture_write(f, put_settings, set);
}

static int note(enum group_user user, const char *name, void *ctx)
{
    char *out = ctx;

    snprintf(out + strlen(out), 100 - strlen(out), "%d %s;", (int)user, name);
    return 0;
}

static void test_who_needs_it(void **state)
{
    static const struct {
        const char *group, *users;
        int asked, forced;
        const char *why;
    } rows[] = {
        {"base", "0 above;", ERR_CONFLICT, ERR_CONFLICT, "group above refers to it"},
        {"told", "1 chat;", ERR_CONFLICT, 0, "webhook chat asks for it"},
        {"set", "2 set;", ERR_CONFLICT, ERR_CONFLICT, "it has settings"},
        {"free", "", 0, 0, ""},
        {"above", "", 0, 0, ""},
        {"nobody", "", 0, 0, ""},
    };
    struct fixture *f = *state;
    struct store_connection *connection;

    prepare(f);
    connection = fixture_read(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char users[100] = "";
        struct err err = {0};

        assert_int_equal(group_use_each(connection, rows[i].group, note, users, NULL), 0);
        assert_string_equal(users, rows[i].users);
        assert_int_equal(
            group_use_check_removal(connection, rows[i].group, true, NULL), rows[i].forced);
        assert_int_equal(
            group_use_check_removal(connection, rows[i].group, false, &err), rows[i].asked);
        assert_non_null(strstr(err.message, rows[i].why));
    }
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_needs_it, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
