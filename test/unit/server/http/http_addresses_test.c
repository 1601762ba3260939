// The bound of each address.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_addresses.h"

#define MAX 3

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;

    if (strchr(text, ':') != NULL) {
        v6->sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
    } else {
        v4->sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &v4->sin_addr), 1);
    }
    return address;
}

static bool make_no_room(struct http_crowd *crowd, unsigned leaving, void *ctx)
{
    (void)crowd;
    (void)leaving;
    (void)ctx;
    return false;
}

static void each_address_has_its_own_bound(void **state)
{
    static const char *const texts[] = {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"};
    struct http_addresses *addresses;
    struct http_address *held[4][MAX];

    (void)state;
    assert_int_equal(http_addresses_new(MAX, make_no_room, NULL, NULL, &addresses), 0);
    for (size_t i = 0; i < 4; i++) {
        struct sockaddr_storage address = address_of(texts[i]);
        const struct sockaddr *a = (const struct sockaddr *)&address;

        for (size_t k = 0; k < MAX; k++) {
            held[i][k] = http_addresses_add(addresses, a);
            assert_non_null(held[i][k]);
        }
        assert_null(http_addresses_add(addresses, a));
    }
    assert_int_equal(http_addresses_count_refused(addresses), 4);
    for (size_t i = 0; i < 4; i++) {
        struct sockaddr_storage address = address_of(texts[i]);

        for (size_t k = 0; k < MAX; k++) {
            http_addresses_drop(addresses, held[i][k], NULL);
            held[i][k] = http_addresses_add(addresses, (const struct sockaddr *)&address);
            assert_non_null(held[i][k]);
        }
    }
    assert_int_equal(http_addresses_count_refused(addresses), 4);
    http_addresses_free(addresses);
}

// Over IPv6's socket IPv4 comes in its mapped form: the same client, the same bound.
static void a_mapped_address_is_the_same(void **state)
{
    struct sockaddr_storage plain = address_of("192.0.2.1");
    struct sockaddr_storage mapped = address_of("::ffff:192.0.2.1");
    struct http_addresses *addresses;

    (void)state;
    assert_int_equal(http_addresses_new(1, make_no_room, NULL, NULL, &addresses), 0);
    assert_non_null(http_addresses_add(addresses, (const struct sockaddr *)&plain));
    assert_null(http_addresses_add(addresses, (const struct sockaddr *)&mapped));
    http_addresses_free(addresses); // with what is in it
}

// What is asked of the crowd of an address that has too many.
struct asked {
    struct http_crowd *crowd;
    unsigned count, leaving;
};

static bool make_room(struct http_crowd *crowd, unsigned leaving, void *ctx)
{
    struct asked *asked = ctx;

    asked->crowd = crowd;
    asked->count++;
    asked->leaving = leaving;
    return true;
}

static void others_of_an_address_make_room(void **state)
{
    struct sockaddr_storage first = address_of("192.0.2.1"), second = address_of("192.0.2.2");
    const struct sockaddr *a = (const struct sockaddr *)&first;
    struct http_addresses *addresses;
    struct asked asked = {0};
    struct http_address *held = NULL;

    (void)state;
    assert_int_equal(http_addresses_new(MAX, make_room, NULL, &asked, &addresses), 0);
    for (unsigned i = 0; i < 2 * MAX; i++) {
        held = http_addresses_add(addresses, a);
        assert_non_null(held);
        assert_int_equal(asked.count, i < MAX ? 0 : i - MAX + 1);
        assert_int_equal(asked.leaving, asked.count); // as those before are not dropped yet
    }
    assert_ptr_equal(asked.crowd, http_addresses_crowd(held));
    assert_null(http_addresses_add(addresses, a)); // of those on their way out there are many
    assert_int_equal(asked.count, MAX);
    assert_int_equal(http_addresses_count_refused(addresses), 1);
    assert_non_null(http_addresses_add(addresses, (const struct sockaddr *)&second));
    assert_int_equal(asked.count, MAX);
    for (unsigned i = 0; i < MAX + 1; i++)
        http_addresses_drop(addresses, held, NULL);
    assert_non_null(http_addresses_add(addresses, a));
    assert_int_equal(asked.count, MAX);
    http_addresses_free(addresses);
}

// One connection goes while another comes.
struct passing {
    struct http_addresses *addresses;
    struct sockaddr_storage address;
    pthread_t newcomer;
    atomic_bool has_come;
    bool came_between;
    unsigned asked; // to make room
};

static bool count_asked(struct http_crowd *crowd, unsigned leaving, void *ctx)
{
    struct passing *passing = ctx;

    (void)crowd;
    (void)leaving;
    passing->asked++;
    return true;
}

static void *come(void *ctx)
{
    struct passing *passing = ctx;

    if (http_addresses_add(passing->addresses, (const struct sockaddr *)&passing->address) != NULL)
        passing->has_come = true;
    return NULL;
}

static void let_another_come(void *member, void *ctx)
{
    struct passing *passing = ctx;

    assert_ptr_equal(member, passing);
    assert_int_equal(pthread_create(&passing->newcomer, NULL, come, passing), 0);
    for (int i = 0; i < 50 && !passing->has_come; i++)
        usleep(2000);
    passing->came_between = passing->has_come;
}

// Who comes then finds the place free: nobody else is ended for it.
static void who_goes_leaves_its_crowd_and_its_place_at_once(void **state)
{
    struct passing passing = {.address = address_of("192.0.2.1")};
    struct http_address *held;

    (void)state;
    assert_int_equal(
        http_addresses_new(1, count_asked, let_another_come, &passing, &passing.addresses), 0);
    held = http_addresses_add(passing.addresses, (const struct sockaddr *)&passing.address);
    assert_non_null(held);
    http_addresses_drop(passing.addresses, held, &passing);
    assert_int_equal(pthread_join(passing.newcomer, NULL), 0);
    assert_true(passing.has_come);
    assert_false(passing.came_between);
    assert_int_equal(passing.asked, 0);
    http_addresses_free(passing.addresses);
}

// Of IPv6 a client has a network of addresses.
static void a_network_of_ipv6_is_one(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } rows[] = {
        {"2001:db8:0:1::1", true},
        {"2001:db8:0:1::2", false},
        {"2001:db8:0:1:ffff:ffff:ffff:ffff", false},
        {"2001:db8:0:2::1", true},
        {"2001:db8:0:3::1", true},
        {"2001:db8:1:1::1", true},
        {"::1", true},
        {"::ffff:192.0.2.1", true}, // IPv4 all the same
        {"::ffff:192.0.2.2", true},
    };
    struct http_addresses *addresses;

    (void)state;
    assert_int_equal(http_addresses_new(1, make_no_room, NULL, NULL, &addresses), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sockaddr_storage address = address_of(rows[i].text);

        if ((http_addresses_add(addresses, (const struct sockaddr *)&address) != NULL) !=
            rows[i].taken)
            fail_msg("%s", rows[i].text);
    }
    http_addresses_free(addresses);
}

// More addresses than there are buckets: who goes does not take others along.
static void many_addresses_come_and_go(void **state)
{
    enum { COUNT = 4000 };
    static struct http_address *held[COUNT];
    struct http_addresses *addresses;

    (void)state;
    assert_int_equal(http_addresses_new(1, make_no_room, NULL, NULL, &addresses), 0);
    for (int i = 0; i < COUNT; i++) {
        struct sockaddr_storage address = address_of("10.0.0.0");

        ((struct sockaddr_in *)&address)->sin_addr.s_addr += htonl((uint32_t)i);

        held[i] = http_addresses_add(addresses, (const struct sockaddr *)&address);
        assert_non_null(held[i]);
    }
    for (int i = 0; i < COUNT; i += 2)
        http_addresses_drop(addresses, held[i], NULL);
    for (int i = 0; i < COUNT; i++) {
        struct sockaddr_storage address = address_of("10.0.0.0");

        ((struct sockaddr_in *)&address)->sin_addr.s_addr += htonl((uint32_t)i);

        assert_int_equal(
            http_addresses_add(addresses, (const struct sockaddr *)&address) != NULL, i % 2 == 0);
    }
    http_addresses_free(addresses);
}

// A socket connected to one of this machine's own.
static int connect_own(int family)
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
    socklen_t n = sizeof address;
    int listener = socket(family, SOCK_STREAM, 0);
    int fd = socket(family, SOCK_STREAM, 0);

    if (family == AF_INET)
        ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    if (bind(listener, (struct sockaddr *)&address, n) < 0) { // a machine without IPv6
        close(listener);
        close(fd);
        return -1;
    }
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, n), 0);
    close(accept(listener, NULL, NULL));
    close(listener);
    return fd;
}

static void whom_a_bound_is_for(void **state)
{
    char text[HTTP_ADDRESS_TEXT_SIZE];
    char user[HTTP_ADDRESS_TEXT_SIZE];
    int fd = connect_own(AF_INET);
    int pair[2];

    (void)state;
    http_addresses_format_network(fd, text);
    assert_string_equal(text, "127.0.0.1");
    close(fd);
    fd = connect_own(AF_INET6);
    if (fd >= 0) {
        http_addresses_format_network(fd, text);
        assert_string_equal(text, "::/64");
        http_addresses_format_peer(fd, text);
        assert_string_equal(text, "::1");
        close(fd);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    http_addresses_format_network(pair[0], text);
    snprintf(user, sizeof user, "uid %u", getuid());
    assert_string_equal(text, user);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_own_bound),
        cmocka_unit_test(a_mapped_address_is_the_same),
        cmocka_unit_test(others_of_an_address_make_room),
        cmocka_unit_test(who_goes_leaves_its_crowd_and_its_place_at_once),
        cmocka_unit_test(a_network_of_ipv6_is_one),
        cmocka_unit_test(many_addresses_come_and_go),
        cmocka_unit_test(whom_a_bound_is_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
