// Which addresses are the Internet's: each network by its first and last address, and its
// neighbours.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "server/webhook/webhook_address.h"

// Refused with such a reason; "": it is the Internet's.
static const struct {
    const char *address, *why;
} rows[] = {
    {"0.0.0.0", "RFC 1122"},
    {"0.255.255.255", "RFC 1122"},
    {"1.0.0.0", ""},
    {"9.255.255.255", ""},
    {"10.0.0.0", "RFC 1918"},
    {"10.255.255.255", "RFC 1918"},
    {"11.0.0.0", ""},
    {"100.63.255.255", ""},
    {"100.64.0.0", "RFC 6598"},
    {"100.127.255.255", "RFC 6598"},
    {"100.128.0.0", ""},
    {"126.255.255.255", ""},
    {"127.0.0.0", "loopback"},
    {"127.255.255.255", "loopback"},
    {"128.0.0.0", ""},
    {"169.253.255.255", ""},
    {"169.254.0.0", "RFC 3927"},
    {"169.254.169.254", "RFC 3927"},
    {"169.254.255.255", "RFC 3927"},
    {"169.255.0.0", ""},
    {"172.15.255.255", ""},
    {"172.16.0.0", "RFC 1918"},
    {"172.31.255.255", "RFC 1918"},
    {"172.32.0.0", ""},
    {"191.255.255.255", ""},
    {"192.0.0.0", "RFC 6890"},
    {"192.0.0.255", "RFC 6890"},
    {"192.0.1.0", ""},
    {"192.0.2.0", "RFC 5737"},
    {"192.0.2.255", "RFC 5737"},
    {"192.0.3.0", ""},
    {"192.31.196.0", "AS112"},
    {"192.52.193.255", "AMT"},
    {"192.88.99.1", "6to4"},
    {"192.88.100.0", ""},
    {"192.167.255.255", ""},
    {"192.168.0.0", "RFC 1918"},
    {"192.168.255.255", "RFC 1918"},
    {"192.169.0.0", ""},
    {"192.175.48.1", "AS112"},
    {"198.17.255.255", ""},
    {"198.18.0.0", "RFC 2544"},
    {"198.19.255.255", "RFC 2544"},
    {"198.20.0.0", ""},
    {"198.51.99.255", ""},
    {"198.51.100.0", "RFC 5737"},
    {"198.51.100.255", "RFC 5737"},
    {"198.51.101.0", ""},
    {"203.0.112.255", ""},
    {"203.0.113.0", "RFC 5737"},
    {"203.0.113.255", "RFC 5737"},
    {"203.0.114.0", ""},
    {"223.255.255.255", ""},
    {"224.0.0.0", "multicast"},
    {"239.255.255.255", "multicast"},
    {"240.0.0.0", "reserved"},
    {"255.255.255.255", "broadcast"},
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::2", "no global"},
    {"::127.0.0.1", "no global"},
    {"::8.8.8.8", "no global"},
    {"::ffff:8.8.8.8", ""},
    {"::ffff:127.0.0.1", "loopback"},
    {"::ffff:10.0.0.1", "RFC 1918"},
    {"::ffff:0:127.0.0.1", "no global"},
    {"64:ff9b::8.8.8.8", ""},
    {"64:ff9b::10.0.0.1", "RFC 1918"},
    {"64:ff9b::127.0.0.1", "loopback"},
    {"64:ff9b::1:808:808", "no global"},
    {"64:ff9b:1::808:808", "RFC 8215"},
    {"100::1", "RFC 6666"},
    {"1fff:ffff::", "no global"},
    {"2000::", ""},
    {"2001::1", "Teredo"},
    {"2001:1ff:ffff::", "protocols"},
    {"2001:200::", ""},
    {"2001:db7:ffff::", ""},
    {"2001:db8::", "RFC 3849"},
    {"2001:db8:ffff::1", "RFC 3849"},
    {"2001:db9::", ""},
    {"2001:4860:4860::8888", ""},
    {"2002:808:808::1", ""},
    {"2002:a00:1::1", "RFC 1918"},
    {"2002:7f00:1::", "loopback"},
    {"2002:c0a8:101::", "RFC 1918"},
    {"2002:6440::", "RFC 6598"},
    {"2620:4f:8000::1", "AS112"},
    {"3ffe::1", ""},
    {"3fff::1", "RFC 9637"},
    {"3fff:fff:ffff::", "RFC 9637"},
    {"3fff:1000::", ""},
    {"4000::", "no global"},
    {"fbff::", "no global"},
    {"fc00::1", "RFC 4193"},
    {"fdff:ffff::1", "RFC 4193"},
    {"fe00::1", "no global"},
    {"fe80::1", "link-local"},
    {"febf::1", "link-local"},
    {"fec0::1", "site-local"},
    {"ff02::1", "multicast"},
    {"ff0e::1", "multicast"},
};

static void each_is_what_it_is(void **state)
{
    struct webhook_address address;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *why;

        assert_true(webhook_address_parse(rows[i].address, &address));
        why = webhook_address_refuse(&address);
        if ((why == NULL) != (rows[i].why[0] == '\0') ||
            (why != NULL && strstr(why, rows[i].why) == NULL))
            fail_msg("%s: %s", rows[i].address, why != NULL ? why : "allowed");
    }
}

static void loopback_is_this_machine(void **state)
{
    static const char *const inside[] = {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"};
    static const char *const outside[] = {
        "128.0.0.1", "126.0.0.1", "::", "::2", "10.0.0.1", "64:ff9b::7f00:1"};
    struct webhook_address address;

    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        assert_true(webhook_address_parse(inside[i], &address));
        assert_true(webhook_address_is_loopback(&address));
    }
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_true(webhook_address_parse(outside[i], &address));
        assert_false(webhook_address_is_loopback(&address));
    }
}

static void a_socket_s_address_is_read(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct webhook_address address, expected;

    (void)state;
    assert_true(webhook_address_from((struct sockaddr *)&v4, sizeof v4, &address));
    assert_true(webhook_address_parse("127.0.0.1", &expected));
    assert_memory_equal(&address, &expected, sizeof address);
    assert_true(webhook_address_from((struct sockaddr *)&v6, sizeof v6, &address));
    assert_true(webhook_address_parse("::1", &expected));
    assert_memory_equal(&address, &expected, sizeof address);
    assert_false(webhook_address_from((struct sockaddr *)&v4, sizeof v4 - 1, &address));
    assert_false(webhook_address_from((struct sockaddr *)&v6, sizeof v6 - 1, &address));
    assert_false(webhook_address_from(&other, sizeof other, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_what_it_is),
        cmocka_unit_test(loopback_is_this_machine),
        cmocka_unit_test(a_socket_s_address_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
