// The device's program on the emulated board.
#include "firmware/app/bind.h"
#include "firmware/core/device.h"
#include "firmware/enrol/enrol.h"
#include "firmware/enrol/renewal.h"
#include "firmware/enrol/wifi.h"
#include "firmware/port/lx106/arguments.h"
#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/lx106_port.h"
#include "firmware/port/lx106/network/lx106_stream.h"
#include "firmware/port/lx106/network/network.h"

static struct arguments arguments;
static struct lx106_port port;
static bool is_enrolling;
static union {
    struct device device;
    struct enrol enrol; // while it is enrolling
} board;

static int init(struct failure *failure)
{
    struct device_options options = {
        .trial_timeout_ms = arguments.trial_timeout_ms,
        .app = bind_app(&board.device),
        .wants_start = renewal_ask,
        .stage_networks = wifi_stage,
    };
    enum need need = need_find(&port.port, arguments.mac);

    is_enrolling = need != NEED_NONE;
    if (is_enrolling)
        return enrol_init(&board.enrol, &port.port, arguments.mac, need, failure);
    return device_init(&board.device, &port.port, arguments.mac, &options, failure);
}

static void start(void)
{
    struct failure failure;

    if (init(&failure) < 0) {
        console_write("cannot run: ");
        console_write(failure.detail);
        console_write("\n");
        crash_stop("cannot run");
    }
    crash_forget();
}

int main(void)
{
    uint32_t called_at_ms;
    uint32_t wait_ms = 0;

    arguments_read(&arguments);
    network_init(&arguments);
    lx106_port_init(&port, &arguments);
    start();
    called_at_ms = chip_now_ms();
    for (;;) {
        chip_feed_watchdog();
        (void)network_poll();
        if (lx106_stream_is_ready() || chip_now_ms() - called_at_ms >= wait_ms) {
            called_at_ms = chip_now_ms();
            wait_ms = is_enrolling ? enrol_step(&board.enrol) : device_step(&board.device);
        } else {
            chip_wait();
        }
    }
}
