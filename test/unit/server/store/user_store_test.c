// Users, their sessions and tokens in the database.
#include "test/unit/server/store/store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/store/user_session_store.h"
#include "server/store/user_store.h"
#include "server/store/user_token_store.h"

static int add_user(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_store_add(connection, ctx, err);
}

static int update_user(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_store_update(connection, ctx, err);
}

static int remove_user(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_store_remove(connection, ctx, err);
}

static int add_session(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_session_store_add(connection, ctx, err);
}

static int add_token(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_token_store_add(connection, ctx, err);
}

static int renew(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_store_renew(connection, "anna", ctx, "new", err);
}

static int prune(struct store_connection *connection, void *ctx, struct err *err)
{
    const int64_t *before = ctx;

    return user_session_store_prune(connection, before[0], before[1], err);
}

static int touch(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = user_session_store_touch(connection, ctx, 77, err);

    return rc < 0 ? rc : user_token_store_touch(connection, ctx, 78, err);
}

static int write_it(struct fixture *f, store_job job, const void *ctx)
{
    return store_write(f->store, job, (void *)(uintptr_t)ctx, NULL);
}

static const struct user anna = {"anna", ROLE_ADMINISTRATOR, "hash", 5, 6};
static const struct user otto = {"otto", ROLE_VIEWER, "", 7, 0};

static struct user_session session_of(const char *user, int i)
{
    struct user_session session = {.created_at_ms = 1000 + i, .used_at_ms = 2000 + i};

    snprintf(session.hash, sizeof session.hash, "%s%d", user, i);
    snprintf(session.user, sizeof session.user, "%s", user);
    snprintf(session.address, sizeof session.address, "192.0.2.%d", i);
    return session;
}

static void users_come_back_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct user user = anna;
    struct user back;
    int64_t users;
    int64_t administrators;

    assert_int_equal(write_it(f, add_user, &anna), 0);
    assert_int_equal(write_it(f, add_user, &anna), ERR_CONFLICT);
    assert_int_equal(write_it(f, add_user, &otto), 0);
    user.role = ROLE_OPERATOR;
    strcpy(user.password, "other");
    user.password_at_ms = 9;
    user.created_at_ms = 99; // this stays
    assert_int_equal(write_it(f, update_user, &user), 0);
    assert_int_equal(write_it(f, renew, "hash"), 0); // it is another by now
    connection = fixture_read(f);
    assert_int_equal(user_store_get(connection, "anna", &back, NULL), 0);
    assert_string_equal(back.name, "anna");
    assert_int_equal(back.role, ROLE_OPERATOR);
    assert_string_equal(back.password, "other");
    assert_int_equal(back.created_at_ms, 5);
    assert_int_equal(back.password_at_ms, 9);
    assert_int_equal(user_store_get(connection, "Anna", &back, NULL), ERR_NOT_FOUND);
    assert_int_equal(user_store_count(connection, &users, &administrators, NULL), 0);
    assert_int_equal(users, 2);
    assert_int_equal(administrators, 0);
    store_read_end(f->store, connection);
    assert_int_equal(write_it(f, renew, "other"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM users WHERE password = 'new'"), 1);
    fixture_query(f, "UPDATE users SET role = 'emperor' WHERE name = 'otto'");
    connection = fixture_read(f);
    assert_int_equal(user_store_get(connection, "otto", &back, NULL), 0);
    assert_int_equal(back.role, ROLE_ANYBODY);
    store_read_end(f->store, connection);
}

static void with_a_user_go_what_he_had(void **state)
{
    struct fixture *f = *state;
    struct user_session session = session_of("anna", 1);
    struct user_token token = {
        .name = "robot", .hash = "h1", .user = "anna", .role = ROLE_VIEWER, .ends_at_ms = 9};
    struct user_token own = {.name = "own", .hash = "h2", .role = ROLE_OPERATOR, .ends_at_ms = 9};
    struct store_connection *connection;
    struct user_token back;

    assert_int_equal(write_it(f, add_session, &session), ERR_NOT_FOUND); // nobody's
    assert_int_equal(write_it(f, add_user, &anna), 0);
    assert_int_equal(write_it(f, add_session, &session), 0);
    assert_int_equal(write_it(f, add_token, &token), 0);
    assert_int_equal(write_it(f, add_token, &token), ERR_CONFLICT);
    assert_int_equal(write_it(f, add_token, &own), 0);
    connection = fixture_read(f);
    assert_int_equal(user_token_store_find(connection, "h1", &back, NULL), 0);
    assert_int_equal(back.user_role, ROLE_ADMINISTRATOR);
    assert_int_equal(back.role, ROLE_VIEWER);
    assert_string_equal(back.user, "anna");
    assert_int_equal(user_token_store_get(connection, "own", &back, NULL), 0);
    assert_string_equal(back.user, "");
    assert_int_equal(back.user_role, ROLE_ADMINISTRATOR);
    store_read_end(f->store, connection);
    assert_int_equal(write_it(f, remove_user, "anna"), 0);
    assert_int_equal(write_it(f, remove_user, "anna"), ERR_NOT_FOUND);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM sessions"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM tokens"), 1);
}

static void the_oldest_session_makes_room(void **state)
{
    struct fixture *f = *state;
    struct user_session session = session_of("otto", 0);
    struct user_session back;
    struct store_connection *connection;

    assert_int_equal(write_it(f, add_user, &anna), 0);
    assert_int_equal(write_it(f, add_user, &otto), 0);
    assert_int_equal(write_it(f, add_session, &session), 0);
    for (int i = 0; i <= USER_SESSIONS_MAX; i++) {
        session = session_of("anna", i);
        assert_int_equal(write_it(f, add_session, &session), 0);
    }
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM sessions"), USER_SESSIONS_MAX + 1);
    connection = fixture_read(f);
    assert_int_equal(user_session_store_get(connection, "anna0", &back, NULL), ERR_NOT_FOUND);
    assert_int_equal(user_session_store_get(connection, "otto0", &back, NULL), 0);
    assert_int_equal(user_session_store_get(connection, session.hash, &back, NULL), 0);
    assert_string_equal(back.user, "anna");
    assert_int_equal(back.role, ROLE_ADMINISTRATOR);
    assert_int_equal(back.created_at_ms, session.created_at_ms);
    assert_int_equal(back.used_at_ms, session.used_at_ms);
    assert_string_equal(back.address, session.address);
    assert_int_equal(user_session_store_is_from(connection, "anna", "192.0.2.1", NULL), 1);
    assert_int_equal(user_session_store_is_from(connection, "otto", "192.0.2.1", NULL), 0);
    store_read_end(f->store, connection);
}

static void what_ended_is_forgotten(void **state)
{
    struct fixture *f = *state;
    const int64_t created[] = {1002, 0};
    const int64_t used[] = {0, 2003};

    assert_int_equal(write_it(f, add_user, &anna), 0);
    for (int i = 0; i < 5; i++) {
        struct user_session session = session_of("anna", i);

        assert_int_equal(write_it(f, add_session, &session), 0);
    }
    assert_int_equal(write_it(f, prune, created), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM sessions"), 3);
    assert_int_equal(write_it(f, touch, "anna2"), 0);
    assert_int_equal(fixture_query(f, "SELECT used_at_ms FROM sessions WHERE hash = 'anna2'"), 77);
    assert_int_equal(write_it(f, prune, used), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM sessions"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            users_come_back_as_they_were, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            with_a_user_go_what_he_had, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_oldest_session_makes_room, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_ended_is_forgotten, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
