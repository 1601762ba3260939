// What the page loads: each file is there, and what it begins with is small.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/gui/gui_table.h"

#define FIRST_PAGE "fleet/fleet_page.js" // that main.js opens
#define FIRST_LOAD_MAX 150000            // bytes on the wire
#define HEADERS 700                      // of each answer at most, with what TLS adds
#define FILES_MAX 512
#define PATH_SIZE 160

struct loading {
    bool is_loaded[FILES_MAX];
    size_t files;
    size_t bytes;
};

static size_t find(const char *path)
{
    size_t i = 0;

    while (i < gui_table_size && strcmp(gui_table[i].path, path) != 0)
        i++;
    return i;
}

// The path of "./x" and "../x" as a file of that path means it; false: it is neither.
static bool resolve(const char *from, const char *reference, size_t n, char out[PATH_SIZE])
{
    const char *slash = strrchr(from, '/');
    int folder = slash != NULL ? (int)(slash - from) + 1 : 0;

    if (n > 2 && strncmp(reference, "./", 2) == 0)
        snprintf(out, PATH_SIZE, "%.*s%.*s", folder, from, (int)n - 2, reference + 2);
    else if (n > 3 && strncmp(reference, "../", 3) == 0)
        snprintf(out, PATH_SIZE, "%.*s", (int)n - 3, reference + 3);
    else if (n > 5 && strncmp(reference, "/gui/", 5) == 0)
        snprintf(out, PATH_SIZE, "%.*s", (int)n - 5, reference + 5);
    else
        return false;
    return true;
}

// Calls each() for what the file names between that text and a quote.
static void each_reference(const struct gui_table_file *file, const char *before, char quote,
    void (*each)(const char *path, const char *by, void *ctx), void *ctx)
{
    const char *p = (const char *)file->p;
    const char *end = p + file->n;
    char path[PATH_SIZE];

    while ((p = memmem(p, (size_t)(end - p), before, strlen(before))) != NULL) {
        const char *reference = p + strlen(before);
        const char *close = memchr(reference, quote, (size_t)(end - reference));

        if (close == NULL)
            return;
        if (resolve(file->path, reference, (size_t)(close - reference), path))
            each(path, file->path, ctx);
        p = reference;
    }
}

static void each_at_first(const struct gui_table_file *file,
    void (*each)(const char *path, const char *by, void *ctx), void *ctx)
{
    bool is_module = strstr(file->path, ".js") != NULL && strstr(file->path, ".min.") == NULL;

    if (strstr(file->path, ".html") != NULL) {
        each_reference(file, "href=\"", '"', each, ctx);
        each_reference(file, "src=\"", '"', each, ctx);
    } else if (is_module) {
        each_reference(file, " from '", '\'', each, ctx);
        each_reference(file, "import '", '\'', each, ctx);
    }
}

static void load(const char *path, const char *by, void *ctx)
{
    struct loading *loading = ctx;
    size_t i = find(path);

    if (i == gui_table_size)
        fail_msg("%s loads %s, which is not there", by, path);
    if (loading->is_loaded[i])
        return;
    loading->is_loaded[i] = true;
    loading->files++;
    loading->bytes += gui_table[i].zipped_n + HEADERS;
    each_at_first(&gui_table[i], load, loading);
}

static void the_first_load_is_small(void **state)
{
    struct loading loading = {0};

    (void)state;
    assert_true(gui_table_size < FILES_MAX);
    load("index.html", "a browser", &loading);
    if (find(FIRST_PAGE) < gui_table_size)
        load(FIRST_PAGE, "main.js", &loading);
    print_message("%zu files, %zu bytes\n", loading.files, loading.bytes);
    assert_true(loading.is_loaded[find("app/main.js")]);
    if (loading.bytes > FIRST_LOAD_MAX)
        fail_msg("%zu bytes; at most %d may be", loading.bytes, FIRST_LOAD_MAX);
}

static void see(const char *path, const char *by, void *ctx)
{
    size_t *count = ctx;

    if (find(path) == gui_table_size)
        fail_msg("%s names %s, which is not there", by, path);
    (*count)++;
}

// Also what is loaded only when it is wanted.
static void what_files_name_is_there(void **state)
{
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < gui_table_size; i++) {
        each_at_first(&gui_table[i], see, &count);
        if (strstr(gui_table[i].path, ".min.") == NULL) {
            each_reference(&gui_table[i], "import('", '\'', see, &count);
            each_reference(&gui_table[i], " = '", '\'', see, &count);
        }
    }
    assert_true(count > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_load_is_small),
        cmocka_unit_test(what_files_name_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
