// If-Match: who changes what another changed meanwhile is refused; where it cannot be kept to, too.
#include <pthread.h>

#include "server/store/device_store.h"
#include "server/store/mark_store.h"
#include "test/unit/server/api/api_fixture.h"

#define API "/api/v1"
#define MAC "84f3eb000001"
#define NEW "84f3eb000002"
#define ROUNDS 60

static void ask_if(
    struct fixture *f, const char *method, const char *target, const char *body, const char *terms)
{
    static char headers[6000];

    snprintf(headers, sizeof headers, "If-Match: %s\r\n", terms != NULL ? terms : "");
    api_fixture_headers = terms != NULL ? headers : "";
    ask(f, method, target, body, strlen(body));
    api_fixture_headers = "";
}

// With its quotes.
static void read_tag(struct fixture *f, char out[128])
{
    const char *tag = strstr(f->answer, "\r\nETag: \"");
    size_t n;

    assert_non_null(tag);
    tag += strlen("\r\nETag: ");
    n = strcspn(tag, "\r");
    assert_true(n < 128);
    memcpy(out, tag, n);
    out[n] = '\0';
}

static void get_tag(struct fixture *f, const char *target, char out[128])
{
    ask(f, "GET", target, NULL, 0);
    expect(f, target, 200, "ETag", "");
    read_tag(f, out);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_put(connection, ctx, NULL, err);
}

static void see(struct fixture *f, const char *mac, int64_t at_ms)
{
    struct device_record device = {.first_seen_ms = 1, .last_seen_ms = at_ms};

    snprintf(device.mac, sizeof device.mac, "%s", mac);
    assert_int_equal(store_write(f->api.store, put_device, &device, NULL), 0);
}

static void a_change_needs_the_state_that_was_seen(void **state)
{
    struct fixture *f = *state;
    char tag[128];
    char newer[128];

    see(f, MAC, 1);
    get_tag(f, API "/devices/" MAC "/events", tag);
    assert_null(strchr(tag, '.')); // it is not the device
    get_tag(f, API "/devices/" MAC, tag);
    assert_non_null(strchr(tag, '.'));
    ask_if(f, "POST", API "/devices/" MAC "/canary?on=1", "", tag);
    expect(f, "as it was seen", 200, "\"canary\":true", "");
    ask_if(f, "POST", API "/devices/" MAC "/hold?on=1", "", tag);
    expect(f, "changed since", 412, "#/x-problems/precondition-failed", "was changed since");
    get_tag(f, API "/devices/" MAC, newer);
    assert_string_not_equal(tag, newer);
    expect(f, "not held", 200, "\"hold\":null", "");
    ask_if(f, "POST", API "/devices/84F3EB000001/hold?on=1", "", newer);
    expect(f, "as it is", 200, "\"hold\":{", "");
}

// What a device says of itself does not stand in the way, though the answer has other bytes.
static void what_changes_by_itself_does_not_count(void **state)
{
    struct fixture *f = *state;
    char tag[128];
    char other[128];
    char state_alone[128];

    see(f, MAC, 5);
    get_tag(f, API "/devices/" MAC, tag);
    see(f, MAC, 6);
    get_tag(f, API "/devices/" MAC, other);
    assert_string_not_equal(tag, other);
    ask_if(f, "POST", API "/devices/" MAC "/canary?on=0", "", tag);
    expect(f, "the device spoke since", 200, "\"canary\":false", "");
    get_tag(f, API "/devices/" MAC, tag);
    snprintf(state_alone, sizeof state_alone, "%.33s\"", tag);
    ask_if(f, "POST", API "/devices/" MAC "/canary?on=1", "", state_alone);
    expect(f, "the state alone", 200, "\"canary\":true", "");
}

// Changed and changed back is changed.
static void what_was_changed_back_differs(void **state)
{
    struct fixture *f = *state;
    char tag[128];

    see(f, MAC, 7);
    ask(f, "POST", API "/devices/" MAC "/canary?on=0", "", 0);
    get_tag(f, API "/devices/" MAC, tag);
    ask(f, "POST", API "/devices/" MAC "/canary?on=1", "", 0);
    ask(f, "POST", API "/devices/" MAC "/canary?on=0", "", 0);
    ask_if(f, "POST", API "/devices/" MAC "/canary?on=1", "", tag);
    expect(f, "changed back", 412, "precondition-failed", "");
}

static void lists_and_the_star(void **state)
{
    static const char group[] = "{\"name\": \"lists\", \"filter\": \"tag=a\"}";
    struct fixture *f = *state;
    char tag[128];
    char list[600];

    ask_if(f, "POST", API "/groups", group, "*");
    expect(f, "none is there", 412, "there is no group lists", "");
    ask_if(f, "POST", API "/groups", group, NULL);
    expect(f, "without", 200, "lists", "");
    ask_if(f, "POST", API "/groups", group, "*");
    expect(f, "any is there", 200, "lists", "");
    get_tag(f, API "/groups/lists", tag);
    snprintf(list, sizeof list, "W/%s, \"x\"", tag);
    ask_if(f, "POST", API "/groups", group, list);
    expect(f, "a weak one is none", 412, "precondition-failed", "");
    snprintf(list, sizeof list, ", \"x\" ,, %s", tag);
    ask_if(f, "POST", API "/groups", group, list);
    expect(f, "one of a list", 200, "lists", "");
    snprintf(list, sizeof list, "\"x\"\r\nIf-Match: %s", tag);
    ask_if(f, "POST", API "/groups", group, list);
    expect(f, "one of two fields", 200, "lists", "");
    get_tag(f, API "/groups/lists", tag);
    snprintf(list, sizeof list, "%s\r\nIf-Match: \"x\"", tag);
    ask_if(f, "POST", API "/groups", group, list);
    expect(f, "the other one", 200, "lists", "");
}

static void what_is_malformed_or_cannot_be_kept_is_refused(void **state)
{
    static char long_list[1100];
    static const struct {
        const char *method, *target, *terms;
    } rows[] = {
        {"POST", API "/groups", ""},
        {"POST", API "/groups", "abc"},
        {"POST", API "/groups", "\"abc"},
        {"POST", API "/groups", "*, \"abc\""},
        {"POST", API "/groups", "\"abc\" \"d\""},
        {"POST", API "/groups", ","},
        {"POST", API "/groups", long_list},
        {"POST", API "/commands", "*"},
        {"POST", API "/enrolments", "\"x\""},
        {"POST", API "/settings/history/nonsense/revert", "*"},
        {"POST", API "/enrolments/window", "*"},
        {"POST", API "/devices/nonsense/canary?on=1", "*"},
        {"GET", API "/groups", "*"},
        {"GET", API "/settings/schema", "*"},
    };
    struct fixture *f = *state;

    memset(long_list, 'x', sizeof long_list - 1);
    long_list[0] = long_list[sizeof long_list - 2] = '"';
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is_groups = strcmp(rows[i].method, "POST") == 0 && strstr(rows[i].target, "groups");

        ask_if(f, rows[i].method, rows[i].target,
            is_groups ? "{\"name\": \"bad\", \"filter\": \"tag=a\"}" : "", rows[i].terms);
        expect(f, rows[i].terms, 400, "#/x-problems/invalid", "");
    }
    ask(f, "GET", API "/groups/bad", NULL, 0);
    expect(f, "nothing was set", 404, "not-found", "");
}

// A dry run writes nothing, and is judged all the same.
static void a_dry_run_keeps_to_it(void **state)
{
    static const char patch[] = "{\"p\": 1}";
    static const char schema[] = "{\"properties\": {\"p\": {}}}";
    struct fixture *f = *state;
    char tag[128];

    ask(f, "POST", API "/settings/schema", schema, strlen(schema));
    expect(f, "schema", 200, "\"p\"", "");
    ask(f, "POST", API "/settings?scope=fleet", patch, strlen(patch));
    expect(f, "set", 200, "\"dry\":false", "");
    ask(f, "GET", API "/settings", NULL, 0);
    expect(f, "layers", 200, "{\"p\":1}", "\"fleet\"");
    ask(f, "GET", API "/settings?at=1", NULL, 0);
    expect(f, "layers then", 200, "{\"p\":1}", "\"fleet\"");
    ask(f, "GET", API "/settings/history", NULL, 0);
    expect(f, "changes", 200, "\"after\":{\"p\":1}", "\"before\":null");
    get_tag(f, API "/settings/layer?scope=fleet", tag);
    ask_if(f, "POST", API "/settings?scope=fleet&dry=1", patch, "\"x\"");
    expect(f, "dry, of another state", 412, "precondition-failed", "");
    ask_if(f, "POST", API "/settings?scope=fleet&dry=1", patch, tag);
    expect(f, "dry, as it is", 200, "\"dry\":true", "");
    ask_if(f, "POST", API "/settings?scope=fleet&unset=p", "", tag);
    expect(f, "as it is", 200, "\"dry\":false", "");
}

static int hold(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_mark mark = {.held_at_ms = 7};

    return mark_store_put(connection, ctx, &mark, err);
}

static struct store *changed;

// Is asked while the answer is made: somebody changes the device then.
static bool change_meanwhile(const char *mac, const char *place, void *ctx)
{
    (void)place;
    (void)ctx;
    return store_write(changed, hold, (void *)(uintptr_t)mac, NULL) < 0;
}

// What was seen before that, or half before it, is not the state behind it.
static void a_change_while_it_is_shown_counts(void **state)
{
    struct fixture *f = *state;
    char tag[128];

    ask(f, "POST", API "/devices/" MAC "/replace?by=" NEW "&force=1", "", 0);
    expect(f, "replaced", 202, NEW, "");
    see(f, NEW, 1);
    changed = f->api.store;
    f->api.borrows_config = change_meanwhile;
    get_tag(f, API "/devices/" NEW, tag);
    f->api.borrows_config = borrows_config;
    ask_if(f, "POST", API "/devices/" NEW "/canary?on=1", "", tag);
    expect(f, "held meanwhile", 412, "precondition-failed", "");
}

// One of two clients, on a connection of his own.
struct racer {
    pthread_t thread;
    pthread_barrier_t *start;
    char request[1024];
    int status;
};

static void *race(void *ctx)
{
    struct racer *racer = ctx;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char answer[64] = "";

    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        pthread_barrier_wait(racer->start);
        if (write(fd, racer->request, strlen(racer->request)) > 0 &&
            read(fd, answer, sizeof answer - 1) > 12)
            racer->status = (int)strtol(answer + strlen("HTTP/1.x "), NULL, 10);
    }
    close(fd);
    return NULL;
}

static void prepare_racer(struct racer *racer, pthread_barrier_t *start, const char *tag, int value)
{
    char body[100];
    int n = snprintf(body, sizeof body, "{\"name\": \"race\", \"filter\": \"rssi<-%d\"}", value);

    *racer = (struct racer){.start = start};
    snprintf(racer->request, sizeof racer->request,
        "POST " API "/groups HTTP/1.0\r\nHost: x\r\nIf-Match: %s\r\nContent-Length: %d\r\n\r\n%s",
        tag, n, body);
    assert_int_equal(pthread_create(&racer->thread, NULL, race, racer), 0);
}

static void one_of_two_wins(void **state)
{
    static const char group[] = "{\"name\": \"race\", \"filter\": \"tag=a\"}";
    struct fixture *f = *state;
    struct racer racers[2];
    pthread_barrier_t start;
    char tag[128];
    char filter[40];

    pthread_barrier_init(&start, NULL, 2);
    ask(f, "POST", API "/groups", group, strlen(group));
    for (int round = 1; round <= ROUNDS; round++) {
        get_tag(f, API "/groups/race", tag);
        for (int i = 0; i < 2; i++)
            prepare_racer(&racers[i], &start, tag, 1 + (2 * round + i) % 120);
        for (int i = 0; i < 2; i++)
            pthread_join(racers[i].thread, NULL);

        int winner = racers[0].status == 200 ? 0 : 1;

        assert_int_equal(racers[winner].status, 200);
        assert_int_equal(racers[1 - winner].status, 412);
        snprintf(filter, sizeof filter, "rssi<-%d\"", 1 + (2 * round + winner) % 120);
        ask(f, "GET", API "/groups/race", NULL, 0);
        expect(f, "his stands", 200, filter, "");
    }
    pthread_barrier_destroy(&start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_needs_the_state_that_was_seen),
        cmocka_unit_test(what_changes_by_itself_does_not_count),
        cmocka_unit_test(what_was_changed_back_differs),
        cmocka_unit_test(lists_and_the_star),
        cmocka_unit_test(what_is_malformed_or_cannot_be_kept_is_refused),
        cmocka_unit_test(a_dry_run_keeps_to_it),
        cmocka_unit_test(a_change_while_it_is_shown_counts),
        cmocka_unit_test(one_of_two_wins),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
