// The page's files: each by its path, in both forms, with what a browser must know of it.
#include "test/unit/server/api/api_fixture.h"

#include "server/gui/gui.h"
#include "server/gui/gui_table.h"

// The body of the answer, of *n bytes by its Content-Length.
static const char *body_of(struct fixture *f, size_t *n)
{
    const char *length = strstr(f->answer, "\r\nContent-Length: ");
    const char *body = strstr(f->answer, "\r\n\r\n");

    assert_non_null(length);
    assert_non_null(body);
    *n = strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
    return body + 4;
}

static void target_of(const struct gui_table_file *file, char *out, size_t size)
{
    snprintf(out, size, "/gui/%s", file->path);
}

static void expect_bytes(struct fixture *f, const char *target, const uint8_t *p, size_t n)
{
    size_t got;
    const char *body = body_of(f, &got);

    expect(f, target, 200, "Vary: Accept-Encoding\r\n", "ETag: \"");
    if (got != n || memcmp(body, p, n) != 0)
        fail_msg("%s: not the file's %zu bytes, but %zu", target, n, got);
}

static void each_file_is_served_in_both_forms(void **state)
{
    struct fixture *f = *state;
    char target[160];

    assert_true(gui_table_size > 2);
    for (size_t i = 0; i < gui_table_size; i++) {
        const struct gui_table_file *file = &gui_table[i];

        target_of(file, target, sizeof target);
        api_fixture_headers = "";
        ask(f, "GET", target, NULL, 0);
        expect_bytes(f, target, file->p, file->n);
        assert_null(strstr(f->answer, "Content-Encoding"));
        assert_non_null(strstr(f->answer, file->type));
        api_fixture_headers = "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n";
        ask(f, "GET", target, NULL, 0);
        expect_bytes(f, target, file->zipped, file->zipped_n);
        expect(f, target, 200, "Content-Encoding: gzip\r\n", file->type);
        assert_memory_equal(file->zipped, "\x1f\x8b\x08", 3);
    }
    api_fixture_headers = "";
}

static void what_a_browser_must_know_is_said_whole(void **state)
{
    static const char policy[] =
        "\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'\r\n";
    static const char *const fields[] = {policy, "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n", "\r\nCache-Control: no-cache\r\n",
        "\r\nCross-Origin-Opener-Policy: same-origin\r\n",
        "\r\nContent-Type: text/html; charset=utf-8\r\n", "\r\nETag: \""};
    struct fixture *f = *state;

    ask(f, "GET", "/", NULL, 0);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        expect(f, fields[i], 200, fields[i], "<title>");
}

static void types_are_by_suffix(void **state)
{
    static const struct {
        const char *suffix, *type;
    } rows[] = {{".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
        {".webmanifest", "application/manifest+json"}};

    (void)state;
    for (size_t i = 0; i < gui_table_size; i++) {
        const char *suffix = strrchr(gui_table[i].path, '.');
        size_t row = 0;

        while (row < sizeof rows / sizeof rows[0] && strcmp(rows[row].suffix, suffix) != 0)
            row++;
        assert_true(row < sizeof rows / sizeof rows[0]);
        assert_string_equal(gui_table[i].type, rows[row].type);
    }
}

// Each form has a tag of its own: one of them is no answer to who has the other.
static void what_is_known_is_not_sent_again(void **state)
{
    struct fixture *f = *state;
    char plain[128];
    char headers[200];
    size_t n;

    api_fixture_headers = "";
    ask(f, "GET", "/", NULL, 0);
    assert_int_equal(sscanf(strstr(f->answer, "ETag: "), "ETag: %127s", plain), 1);
    snprintf(headers, sizeof headers, "If-None-Match: %s\r\n", plain);
    api_fixture_headers = headers;
    ask(f, "GET", "/", NULL, 0);
    expect(f, "known", 304, plain, "Cache-Control: no-cache\r\n");
    assert_null(strstr(f->answer, "<html"));
    snprintf(headers, sizeof headers, "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", plain);
    ask(f, "GET", "/", NULL, 0);
    expect(f, "the other form", 200, "Content-Encoding: gzip\r\n", "ETag: \"");
    assert_null(strstr(f->answer, plain));
    api_fixture_headers = "";
    ask(f, "HEAD", "/", NULL, 0);
    expect(f, "head", 200, plain, "Content-Security-Policy: ");
    assert_string_equal(body_of(f, &n), "");
    assert_true(n > 0);
}

static void nothing_else_is_there(void **state)
{
    static const char *const targets[] = {"/gui/", "/gui/x.js", "/gui/app/x.js", "/gui/app",
        "/gui/../index.html", "/gui/%2e%2e/index.html", "/gui/app/", "/gui//index.html",
        "/gui/a/b/c.js", "/index.html", "/gui/INDEX.HTML", "/gui/index.html/"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        ask(f, "GET", targets[i], NULL, 0);
        expect(f, targets[i], 404, "Content-Type: application/problem+json", "\"status\":404");
    }
    ask(f, "POST", "/", NULL, 0);
    expect(f, "post", 405, "Allow: GET, HEAD\r\n", "method not allowed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_served_in_both_forms),
        cmocka_unit_test(what_a_browser_must_know_is_said_whole),
        cmocka_unit_test(types_are_by_suffix),
        cmocka_unit_test(what_is_known_is_not_sent_again),
        cmocka_unit_test(nothing_else_is_there),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
