// Places, open files, and who gets one when there are none.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "server/base/clock.h"
#include "test/unit/server/http/http_fixture.h"

#define PLACES 16
#define WAIT_MS 20000
#define FILES 128 // that the process may open, where they are to run out
#define SPARE 64  // of those, that the server leaves
#define OTHER_USER 65534
#define SHORT "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static struct http_server_settings settings_of(unsigned timeout_s)
{
    return (struct http_server_settings){
        .routes = fixture_routes,
        .threads = 2,
        .name = "test",
        .max_connections = PLACES,
        .timeout_s = timeout_s,
        .socket_path = fixture_path,
        .socket_mode = 0600,
    };
}

static struct http_server *start(unsigned timeout_s)
{
    struct http_server_settings settings = settings_of(timeout_s);

    return fixture_start(&settings);
}

// Waits until the server has noted so often that there is no room.
static void wait_full(struct http_server *server, uint64_t count)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct timespec pause = {.tv_nsec = 10000000};
    struct http_server_counters counters;

    for (;;) {
        http_server_read_counters(server, &counters);
        if (counters.full >= count)
            return;
        assert_true(clock_monotonic_ms() < until);
        nanosleep(&pause, NULL);
    }
}

static void expect_answer(int fd)
{
    char text[1024];

    fixture_ask_on(fd, SHORT, text, sizeof text);
    assert_memory_equal(text, "HTTP/1.1 200 ", 13);
}

static void let_it_look_again(void)
{
    struct timespec pause = {.tv_nsec = 100000000};

    nanosleep(&pause, NULL);
}

// Who has a place keeps it, and who has none is counted once.
static void beyond_its_places_a_client_waits_for_one(void **state)
{
    struct http_server *server = start(60);
    struct http_server_counters counters;
    int idle[PLACES];
    char byte;

    (void)state;
    for (int i = 0; i < PLACES; i++)
        idle[i] = fixture_connect();

    int late = fixture_connect();

    wait_full(server, 1);
    let_it_look_again();
    http_server_read_counters(server, &counters);
    assert_int_equal(counters.full, 1);
    for (int i = 0; i < PLACES; i++)
        assert_int_equal(recv(idle[i], &byte, 1, MSG_DONTWAIT), -1);
    close(idle[0]);
    expect_answer(late);
    for (int i = 1; i < PLACES; i++)
        close(idle[i]);
    expect_answer(fixture_connect());
    http_server_free(server, 1000);
}

// The one that has been idle longest goes first: who asked just now stays.
static void a_server_that_makes_room_always_answers(void **state)
{
    struct http_server_settings settings = settings_of(60);
    int idle[3 * PLACES];
    char byte;

    (void)state;
    settings.makes_room = true;

    struct http_server *server = fixture_start(&settings);

    for (int i = 0; i < 3 * PLACES; i++)
        idle[i] = fixture_connect();
    expect_answer(fixture_connect());
    wait_full(server, 2 * PLACES + 1);
    assert_int_equal(read(idle[0], &byte, 1), 0); // the end
    for (int i = 0; i < 3 * PLACES; i++)
        close(idle[i]);
    http_server_free(server, 1000);
}

// Of this thread alone, where setresuid(2) of the C library is of all.
static void be_user(uid_t uid)
{
    assert_int_equal(syscall(SYS_setresuid, -1, uid, -1), 0);
}

// Who has most places makes room, however lately he came: not the one that was idle longest.
static void nobody_takes_the_place_of_who_has_fewer(void **state)
{
    struct http_server_settings settings = settings_of(60);
    int idle[3 * PLACES];
    char byte;

    (void)state;
    if (geteuid() != 0)
        skip();
    settings.makes_room = true;
    settings.socket_mode = 0666;
    assert_int_equal(chmod(fixture_folder, 0755), 0);

    struct http_server *server = fixture_start(&settings);
    int operators[] = {fixture_connect(), fixture_connect()};

    be_user(OTHER_USER);
    for (int i = 0; i < 3 * PLACES; i++)
        idle[i] = fixture_connect();
    expect_answer(fixture_connect());
    be_user(0);
    wait_full(server, PLACES + 1);
    assert_int_equal(read(idle[0], &byte, 1), 0); // the end
    expect_answer(operators[0]);
    expect_answer(operators[1]);
    for (int i = 0; i < 3 * PLACES; i++)
        close(idle[i]);
    http_server_free(server, 1000);
}

static rlim_t set_files(rlim_t n)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);

    rlim_t before = limit.rlim_cur;

    limit.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void it_leaves_files_to_others(void **state)
{
    struct http_server_settings settings = settings_of(0);
    rlim_t before = set_files(FILES);
    int clients[FILES];
    int n = 0;

    (void)state;
    settings.max_connections = FILES;
    settings.spare_files = SPARE;

    struct http_server *server = fixture_start(&settings);
    struct http_server_counters counters = {0};

    // Both ends are in this process; more than half of what is left would not be possible.
    while (counters.full == 0 && n < FILES / 2) {
        struct timespec pause = {.tv_nsec = 10000000};

        clients[n++] = fixture_connect();
        nanosleep(&pause, NULL);
        http_server_read_counters(server, &counters);
    }
    wait_full(server, 1);
    http_server_read_counters(server, &counters);
    assert_true(counters.connections < (FILES - SPARE));

    int late = fixture_connect();

    int taken = n;

    while (n > 0)
        close(clients[--n]);
    expect_answer(late);
    set_files(before); // what ended its places then does not for ever
    for (n = 0; n < taken + SPARE / 8; n++)
        clients[n] = fixture_connect();
    expect_answer(fixture_connect());
    while (n > 0)
        close(clients[--n]);
    http_server_free(server, 1000);
}

// As when others have taken all files: it goes on once there are some.
static void without_files_it_waits(void **state)
{
    struct http_server *server = start(0);
    rlim_t before = set_files(FILES);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int taken[FILES];
    int n = 0;

    (void)state;
    while (n < FILES && (taken[n] = open("/dev/null", O_RDONLY)) >= 0)
        n++;
    memcpy(address.sun_path, fixture_path, strlen(fixture_path) + 1);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    wait_full(server, 1);
    while (n > 0)
        close(taken[--n]);
    expect_answer(client);
    http_server_free(server, 1000);
    set_files(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beyond_its_places_a_client_waits_for_one),
        cmocka_unit_test(a_server_that_makes_room_always_answers),
        cmocka_unit_test(nobody_takes_the_place_of_who_has_fewer),
        cmocka_unit_test(it_leaves_files_to_others),
        cmocka_unit_test(without_files_it_waits),
    };

    return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
