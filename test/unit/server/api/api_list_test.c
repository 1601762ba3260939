// Whole lists: all of one, or why not.
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/http/http_internal.h"
#include "test/unit/server/store/store_fixture.h"

struct row {
    int code; // with which the reader ends
    bool tells;
    bool drops; // what it has, as api_json_append() does without memory
    unsigned status;
    const char *text; // of the body; NULL: there is none
};

// An api_list_read. It has appended already when it fails.
static int read_row(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    const struct row *row = ctx;

    assert_non_null(connection);
    api_json_append(list, json_integer(7));
    api_json_append(list, row->drops ? NULL : json_string("x"));
    return row->tells ? err_set(err, row->code, "no such list") : row->code;
}

static void test_send(void **state)
{
    static struct row rows[] = {
        {0, false, false, 200, "[7,\"x\"]"},
        {0, false, true, 0, NULL}, // the server's own 500
        {ERR_NOT_FOUND, true, false, 404, "no such list"},
        {ERR_NOT_FOUND, true, true, 404, "no such list"},
        {ERR_NO_MEMORY, false, true, 500, "no memory for the list"},
    };
    struct api api = {.store = ((struct fixture *)*state)->store};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_response response = {.status = 0};
        const uint8_t *p;
        size_t n = 0;

        api_list_send(&api, read_row, &rows[i], &response);
        assert_int_equal(response.status, rows[i].status);
        p = http_response_bytes_of(&response, &n);
        if (rows[i].text == NULL)
            assert_null(p);
        else if (p == NULL || memmem(p, n, rows[i].text, strlen(rows[i].text)) == NULL)
            fail_msg("row %zu: %.*s", i, (int)n, (const char *)p);
        if (response.body != NULL)
            MHD_destroy_response(response.body);
    }
}

// The connection is given back, also after an error.
static void test_connection_goes_back(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);

    store_read_end(f->store, connection);
    test_send(state);
    assert_ptr_equal(fixture_read(f), connection);
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_send, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_connection_goes_back, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
