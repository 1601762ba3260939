// Tests of what the device says to its log.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "firmware/core/notice.h"

static char logged[256];

static void keep_line(struct port *port, enum port_log level, const char *line)
{
    (void)port;
    (void)level;
    snprintf(logged, sizeof logged, "%s", line);
}

// What a broker names a command may not end the line, move the cursor or be no text at all.
static void test_line_is_printable(void **state)
{
    static const struct port_ops ops = {.log = keep_line};
    static struct device device;
    struct port port = {.ops = &ops};

    (void)state;
    device.port = &port;
    notice_log(&device, PORT_LOG_INFO, "received command=%s", "a\r\nb\x1b[2J\xff\x7f ~");
    assert_string_equal(logged, "received command=a??b?[2J?? ~");
    notice_log(&device, PORT_LOG_INFO, "%s", "");
    assert_string_equal(logged, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_is_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
