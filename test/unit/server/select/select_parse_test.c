// The filter language: what is read, as select_format() writes it, and what is refused where.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/select/select_format.h"
#include "server/select/select_parse.h"

static const struct {
    const char *text;
    const char *written;
} good[] = {
    {"mac=84f3eb012345", "mac=84f3eb012345"},
    {"mac=84:F3:EB:01:23:45", "mac=84f3eb012345"},
    {"mac!=84-f3-EB*", "mac!=84f3eb*"},
    {"mac=*", "mac=*"},
    {"name=Keller", "name=Keller"},
    {"name = \"Wash room\"", "name=\"Wash room\""},
    {"name=\"Keller\"", "name=Keller"},
    {"name=\"a\\\"b\\\\c\"", "name=\"a\\\"b\\\\c\""},
    {"name=\"\"", "name=\"\""},
    {"name=K\xc3\xbc"
     "che*",
        "name=K\xc3\xbc"
        "che*"},
    {"name!=?eller", "name!=?eller"},
    {"name=\"a=b\"", "name=\"a=b\""},
    {"board=ESP8266_WEMOS_D1MINIPRO", "board=ESP8266_WEMOS_D1MINIPRO"},
    {"image=latest", "image=latest"},
    {"image!=latest", "image!=latest"},
    {"tag=cellar", "tag=cellar"},
    {"tag=hall-?*", "tag=hall-?*"},
    {"tag=aaaaaaaaaabbbbbbbbbbccccccccccdd", "tag=aaaaaaaaaabbbbbbbbbbccccccccccdd"},
    {"state=online", "state=online"},
    {"state!=revoked", "state!=revoked"},
    {"rssi<-75", "rssi<-75"},
    {"rssi <= -75", "rssi<=-75"},
    {"heap<+12000", "heap<12000"},
    {"heap>=0012", "heap>=12"},
    {"reboots=-0", "reboots=0"},
    {"reboots!=9007199254740992", "reboots!=9007199254740992"},
    {"uptime<90s", "uptime<90s"},
    {"uptime=60s", "uptime=1m"},
    {"seen>1h", "seen>1h"},
    {"seen>24h", "seen>1d"},
    {"firstseen<=36525d", "firstseen<=36525d"},
    {"loop>200ms", "loop>200ms"},
    {"mqtt>2000ms", "mqtt>2s"},
    {"ip=192.168.1.*", "ip=192.168.1.*"},
    {"build!=\"Jan 1\"", "build!=\"Jan 1\""},
    {"error!=\"\"", "error!=\"\""},
    {"kind=ours", "kind=ours"},
    {"hold=yes canary=no", "hold=yes canary=no"},
    {"drifted = yes", "drifted=yes"},
    {"label = \"Back door*\" place = barn", "label=\"Back door*\" place=barn"},
    {"pin=\"\"", "pin=\"\""},
    {" rssi<-75\theap<12000\n", "rssi<-75 heap<12000"},
    {"rssi<-75 and heap<12000", "rssi<-75 heap<12000"},
    {"rssi<-75 or heap<12000 tag=a", "rssi<-75 or heap<12000 tag=a"},
    {"(rssi<-75 or heap<12000) tag=a", "(rssi<-75 or heap<12000) tag=a"},
    {"(rssi<-75 heap<12000) or tag=a", "rssi<-75 heap<12000 or tag=a"},
    {"((tag=a))", "tag=a"},
    {"( tag=a )(tag=b)", "tag=a tag=b"},
    {"tag=a (tag=b tag=c)", "tag=a tag=b tag=c"},
    {"not tag=lab", "not tag=lab"},
    {"not not tag=lab", "not not tag=lab"},
    {"not(tag=a tag=b)", "not (tag=a tag=b)"},
    {"not (tag=a or tag=b)", "not (tag=a or tag=b)"},
    {"not tag=a tag=b", "not tag=a tag=b"},
    {"tag=not or tag=or", "tag=not or tag=or"},
    {"board=ESP8266_WEMOS_D1MINIPRO tag=cellar rssi<-75 heap<12000 seen>1h image!=latest "
     "not tag=lab",
        "board=ESP8266_WEMOS_D1MINIPRO tag=cellar rssi<-75 heap<12000 seen>1h image!=latest "
        "not tag=lab"},
    {"((((((((((((((((tag=a))))))))))))))))", "tag=a"},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct select_tree tree;
        struct err err = {0};
        char written[SELECT_FORMAT_SIZE];

        if (select_parse(good[i].text, &tree, &err) < 0)
            fail_msg("%s: %s", good[i].text, err.message);
        assert_int_equal(select_format(&tree, written, sizeof written, NULL), 0);
        assert_string_equal(written, good[i].written);
        assert_int_equal(select_parse(written, &tree, NULL), 0);
        assert_int_equal(select_format(&tree, written, sizeof written, NULL), 0);
        assert_string_equal(written, good[i].written);
    }
}

static const struct {
    const char *text;
    const char *begin; // of the message
} bad[] = {
    {"", "filter, column 1: expected a comparison, as rssi<-75, but it ends"},
    {"  ", "filter, column 3: expected a comparison"},
    {"tag=a or", "filter, column 9: expected a comparison"},
    {"tag=a and", "filter, column 10: expected a comparison"},
    {"and tag=a", "filter, column 1: expected a comparison, as rssi<-75"},
    {"or tag=a", "filter, column 1: expected a comparison, as rssi<-75"},
    {"tag=a and and tag=b", "filter, column 11: expected a comparison, as rssi<-75"},
    {"not", "filter, column 4: expected a comparison"},
    {"()", "filter, column 2: expected a comparison"},
    {"(tag=a", "filter, column 1: expected a ) to this ("},
    {"tag=a)", "filter, column 6: expected no )"},
    {"=a", "filter, column 1: expected a comparison"},
    {"colour=red",
        "filter, column 1: there is no \"colour\"; there are mac, name, board, image, tag, state, "
        "rssi, heap, uptime, seen, firstseen, reboots, loop, mqtt, ip, build, error, kind, hold, "
        "canary, pin, channel, ownchannel, group, drifted, label, place, and the words not, and, "
        "or"},
    {"TAG=a", "filter, column 1: there is no \"TAG\""},
    {"tag", "filter, column 4: expected one of =, != after tag"},
    {"tag~a", "filter, column 4: expected one of =, !="},
    {"tag<a", "filter, column 4: expected one of =, != after tag"},
    {"state>online", "filter, column 6: expected one of =, != after state"},
    {"mac<84f3eb012345", "filter, column 4: expected one of =, != after mac"},
    {"seen=1h", "filter, column 5: expected one of <, <=, >, >= after seen"},
    {"rssi!-75", "filter, column 5: expected one of =, !=, <, <=, >, >= after rssi"},
    {"rssi<", "filter, column 6: expected a value, but it ends"},
    {"rssi< )", "filter, column 7: expected a value; \"\" for none"},
    {"rssi==-75", "filter, column 6: expected a value"},
    {"rssi<weak", "filter, column 6: expected a number"},
    {"rssi<-", "filter, column 6: expected a number"},
    {"rssi<7.5", "filter, column 6: expected a number"},
    {"rssi<\"\"", "filter, column 6: expected a number"},
    {"heap<9007199254740993", "filter, column 6: expected a number"},
    {"seen>1", "filter, column 6: expected a duration"},
    {"seen>h", "filter, column 6: expected a duration"},
    {"seen>1w", "filter, column 6: expected a duration"},
    {"seen>-1h", "filter, column 6: expected a duration"},
    {"seen>36526d", "filter, column 6: expected a duration"},
    {"seen>99999999999999999999s", "filter, column 6: expected a duration"},
    {"state=asleep", "filter, column 7: expected one of online, offline, revoked"},
    {"kind=mine", "filter, column 6: expected one of ours, sketch"},
    {"hold=1", "filter, column 6: expected one of no, yes"},
    {"mac=84f3eb", "filter, column 5: expected a MAC"},
    {"mac=84f3*eb", "filter, column 5: expected a MAC"},
    {"mac=84x*", "filter, column 5: expected a MAC"},
    {"mac=84f3eb0123456*", "filter, column 5: expected a MAC"},
    {"tag=\"wash room\"", "filter, column 5: expected a tag"},
    {"tag=\"\"", "filter, column 5: expected a tag"},
    {"tag=aaaaaaaaaabbbbbbbbbbccccccccccddd", "filter, column 5: expected a tag"},
    {"name=\"a", "filter, column 6: expected a second \" to this one"},
    {"name=\"a\\n\"", "filter, column 9: expected \" or \\ behind \\"},
    {"name=\"a\nb\"", "filter, column 8: expected no control character"},
    {"name=a\x01", "filter, column 7: expected no control character"},
    {"name=a\x7f", "filter, column 7: expected no control character"},
    {"name=a\xff", "filter, column 7: expected UTF-8"},
    {"name=\xc3\xbc tag<a", "filter, column 11: expected one of =, !="},
    {"rssi<-75heap<12000", "filter, column 13: expected a space"},
    {"name=\"a\"tag=b", "filter, column 9: expected a space"},
    {"name=a\"b\"", "filter, column 7: expected a space"},
    {"name=a(tag=b)", "filter, column 7: expected a space"},
    {"(((((((((((((((((tag=a)))))))))))))))))",
        "filter, column 17: expected at most 16 of ( and not within each other"},
    {"not not not not not not not not not not not not not not not not not tag=a",
        "filter, column 65: expected at most 16"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct select_tree tree;
        struct err err = {0};
        uint8_t before[sizeof tree];

        memset(&tree, 0x5a, sizeof tree);
        memcpy(before, &tree, sizeof before);
        assert_int_equal(select_parse(bad[i].text, &tree, &err), ERR_INVALID);
        assert_memory_equal(&tree, before, sizeof before);
        if (strncmp(err.message, bad[i].begin, strlen(bad[i].begin)) != 0)
            fail_msg("%s: %s", bad[i].text, err.message);
    }
}

// A filter of n comparisons side by side, of which each takes two nodes but the first.
static const char *repeat(const char *one, size_t n, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i > 0 ? " " : "", one);
    return out;
}

static void test_limits(void **state)
{
    char text[2 * SELECT_FILTER_MAX];
    char value[SELECT_VALUE_SIZE + 8];
    struct select_tree tree;

    (void)state;
    assert_int_equal(select_parse(repeat("tag=a", 32, text, sizeof text), &tree, NULL), 0);
    assert_int_equal(tree.count, 63);
    assert_int_equal(
        select_parse(repeat("tag=a", 33, text, sizeof text), &tree, NULL), ERR_INVALID);

    snprintf(value, sizeof value, "name=%0*d", SELECT_VALUE_MAX, 0);
    assert_int_equal(select_parse(value, &tree, NULL), 0);
    assert_int_equal(tree.text_size, 1 + SELECT_VALUE_SIZE);
    assert_int_equal(select_parse(repeat(value, 3, text, sizeof text), &tree, NULL), 0);
    assert_int_equal(select_parse(repeat(value, 4, text, sizeof text), &tree, NULL), ERR_INVALID);
    snprintf(value, sizeof value, "name=%0*d", SELECT_VALUE_SIZE, 0);
    assert_int_equal(select_parse(value, &tree, NULL), ERR_INVALID);
    snprintf(value, sizeof value, "name=\"%0*d\"", SELECT_VALUE_MAX, 0);
    assert_int_equal(select_parse(value, &tree, NULL), 0);
    snprintf(value, sizeof value, "name=\"%0*d\"", SELECT_VALUE_SIZE, 0);
    assert_int_equal(select_parse(value, &tree, NULL), ERR_INVALID);

    snprintf(text, sizeof text, "%*s", SELECT_FILTER_MAX, "tag=a");
    assert_int_equal(select_parse(text, &tree, NULL), 0);
    snprintf(text, sizeof text, "%*s", SELECT_FILTER_MAX + 1, "tag=a");
    assert_int_equal(select_parse(text, &tree, NULL), ERR_INVALID);
}

static void test_no_room(void **state)
{
    struct select_tree tree;
    char out[6];

    (void)state;
    assert_int_equal(select_parse("tag=a", &tree, NULL), 0);
    assert_int_equal(select_format(&tree, out, sizeof out, NULL), 0);
    assert_int_equal(select_format(&tree, out, sizeof out - 1, NULL), ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
