// Runs devices: one thread, epoll, one heap of times.
#include "firmware/port/host/host_loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "firmware/core/device.h"
#include "firmware/enrol/enrol.h"
#include "firmware/enrol/renewal.h"
#include "firmware/enrol/wifi.h"
#include "firmware/port/host/air.h"
#include "firmware/port/host/due_heap.h"
#include "firmware/port/host/fault.h"
#include "firmware/port/host/host_port.h"
#include "firmware/port/host/host_rest.h"

#define EVENTS_MAX 64
#define ALL_ENDED UINT64_MAX
#define AIR_WAIT_MS 250u // from a device's step to the next at most, for it to miss its network

struct unit {
    const struct fleet_member *member;
    bool is_running;
    bool is_dead;
    bool is_enrolling;
    unsigned generation; // of the socket that epoll knows
    bool wants_write;    // as epoll knows it
    bool is_busy;        // as the loop counts it
    bool has_slept;      // of its own accord
    const struct fault *fault;
    uint32_t losses_seen; // fault_make_up()
    uint64_t started_at_ms;
    int64_t written_id; // of the command last written to the journal since the start
    struct host_port host;
    union {
        struct device device;
        struct enrol enrol; // while it is enrolling
    };
};

struct loop {
    const struct host_options *options;
    struct watchdog *watchdog;
    int epoll_fd;
    int signal_fd;
    size_t count;
    size_t alive;
    struct unit *units;
    struct due_heap heap;
    struct host_gate gate;
    struct air air;
    struct fault_list faults;
    struct host_rest *rest; // or NULL
    FILE *journal;          // or NULL
    uint64_t busy;          // how many are at work
    size_t next_admitted;   // where the search for who waits at the gate goes on
};

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int open_signals(struct loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = ALL_ENDED};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0)
        return -1;
    loop->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->signal_fd < 0)
        return -1;
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->signal_fd, &event);
}

// The files that the options name.
static int open_files(struct loop *loop)
{
    const struct host_options *options = loop->options;

    if (options->air != NULL && air_init(&loop->air, options->air) != 0)
        return -1;
    if (options->faults != NULL && fault_list_read(&loop->faults, options->faults) != 0)
        return -1;
    if (options->rest != NULL && (loop->rest = host_rest_open(options->rest)) == NULL)
        return -1;
    if (options->journal != NULL && (loop->journal = fopen(options->journal, "ae")) == NULL)
        return -1;
    return 0;
}

static int open_loop(struct loop *loop, const struct fleet *fleet)
{
    uint64_t start_ms = now_ms();

    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0 || open_signals(loop) != 0)
        return -1;
    loop->units = calloc(fleet->count, sizeof *loop->units);
    if (loop->units == NULL || due_heap_init(&loop->heap, fleet->count) != 0)
        return -1;
    if (open_files(loop) != 0)
        return -1;
    loop->gate.free = HOST_GATE_PLACES;
    loop->count = fleet->count;
    loop->alive = fleet->count;
    for (size_t i = 0; i < fleet->count; i++) {
        struct unit *unit = &loop->units[i];

        unit->member = &fleet->members[i];
        host_port_init(&unit->host, &loop->gate, unit->member->folder, unit->member->mac,
            loop->options->log_level);
        unit->host.port.slot_size = loop->options->slot_size;
        unit->host.air = loop->options->air == NULL ? NULL : &loop->air;
        due_heap_set(&loop->heap, i, start_ms + (uint64_t)i * loop->options->stagger_ms);
    }
    return 0;
}

static void stop_unit(struct unit *unit)
{
    if (unit->is_enrolling)
        enrol_clear(&unit->enrol);
    else
        device_clear(&unit->device);
    host_port_clear(&unit->host);
    unit->is_running = false;
}

static void close_loop(struct loop *loop)
{
    for (size_t i = 0; i < loop->count; i++)
        stop_unit(&loop->units[i]);
    due_heap_clear(&loop->heap);
    air_clear(&loop->air);
    fault_list_clear(&loop->faults);
    host_rest_close(loop->rest);
    if (loop->journal != NULL)
        (void)fclose(loop->journal);
    free(loop->units);
    if (loop->signal_fd >= 0)
        close(loop->signal_fd);
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
}

static int init_unit(const struct loop *loop, struct unit *unit, struct failure *failure)
{
    struct device_options options = {
        .trial_timeout_ms = loop->options->trial_timeout_ms,
        .wants_start = renewal_ask,
        .stage_networks = wifi_stage,
    };
    struct port *port = &unit->host.port;
    const char *mac = unit->member->mac;
    enum need need = need_find(port, mac);

    unit->is_enrolling = need != NEED_NONE;
    if (unit->is_enrolling)
        return enrol_init(&unit->enrol, port, mac, need, failure);
    return device_init(&unit->device, port, mac, &options, failure);
}

// What is wrong with it while it runs this image.
static void find_fault(const struct loop *loop, struct unit *unit)
{
    struct device *device = &unit->device;
    const char *other = device->slots.images[slots_idle(&device->slots)].name;

    unit->fault = fault_list_find(&loop->faults, unit->member->mac, device->running.text);
    if (unit->fault != NULL && unit->fault->kind->reports_other_image)
        (void)image_name_parse(other, strlen(other), &device->running);
}

static int start_unit(struct loop *loop, struct unit *unit)
{
    struct failure failure;

    unit->host.wants_reboot = false;
    if (init_unit(loop, unit, &failure) < 0) {
        fprintf(stderr, "virtual-esp: %s: cannot run: %s\n", unit->member->mac, failure.detail);
        unit->is_dead = true;
        loop->alive--;
        return -1;
    }
    unit->is_running = true;
    unit->started_at_ms = now_ms();
    unit->written_id = unit->losses_seen = 0;
    unit->fault = NULL;
    if (unit->is_enrolling)
        return 0;
    find_fault(loop, unit);
    if (unit->device.current.has_id) // it was begun before the start
        unit->written_id = unit->device.current.id;
    return 0;
}

// Lets epoll wait for what the device's socket, if it has one, waits for.
static void watch_stream(struct loop *loop, size_t number)
{
    struct unit *unit = &loop->units[number];
    const struct host_stream *stream = &unit->host.stream;
    bool is_new = unit->generation != stream->generation;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};

    if (stream->fd < 0 || (!is_new && unit->wants_write == stream->wants_write))
        return;
    if (stream->wants_write)
        event.events |= EPOLLOUT;
    unit->generation = stream->generation;
    unit->wants_write = stream->wants_write;
    (void)epoll_ctl(loop->epoll_fd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, stream->fd, &event);
}

static bool is_online(const struct unit *unit)
{
    return !unit->is_enrolling && unit->device.state == DEVICE_BROKER &&
           unit->device.mqtt.phase == MQTT_ONLINE;
}

static void count_busy(struct loop *loop, struct unit *unit)
{
    const struct device *device = &unit->device;
    bool is_busy = unit->is_running && !unit->host.is_link_lost &&
                   (!is_online(unit) || device->is_working || device->queued > 0 ||
                       !device->status_sent || device->events.used > 0 || device->mqtt.ping_open ||
                       device->mqtt.open_id != 0 || device->mqtt.unsent_used > 0);

    if (is_busy != unit->is_busy)
        loop->busy += is_busy ? 1 : (uint64_t)-1;
    unit->is_busy = is_busy;
}

static void write_journal(const struct loop *loop, struct unit *unit)
{
    const struct device_command *command = &unit->device.current;

    if (loop->journal == NULL || unit->is_enrolling || !command->has_id ||
        command->id == unit->written_id)
        return;
    unit->written_id = command->id;
    fprintf(
        loop->journal, "%s %lld %s\n", unit->member->mac, (long long)command->id, command->name);
    (void)fflush(loop->journal);
}

// Lets its fault act. False if it does not run now.
static bool suffer(struct loop *loop, size_t number, struct fault_state *state)
{
    struct unit *unit = &loop->units[number];
    uint64_t now = now_ms();

    fault_tell(unit->has_slept ? NULL : unit->fault, (uint32_t)(now - unit->started_at_ms),
        HOST_PORT_FREE_HEAP, state);
    fault_make_up(state, is_online(unit), &unit->losses_seen);
    unit->host.is_link_lost = state->is_link_lost;
    unit->host.lost_heap_bytes = state->lost_heap_bytes;
    if (!state->sleeps)
        return true;
    stop_unit(unit);
    unit->has_slept = true;
    count_busy(loop, unit);
    due_heap_set(
        &loop->heap, number, state->wait_ms == FAULT_NEVER ? DUE_HEAP_NEVER : now + state->wait_ms);
    return false;
}

static void run_unit(struct loop *loop, size_t number)
{
    struct unit *unit = &loop->units[number];
    uint32_t wait_ms = 0;
    struct fault_state state;

    if (unit->is_dead)
        return;
    watchdog_feed(loop->watchdog);
    if (!unit->is_running && start_unit(loop, unit) != 0) {
        due_heap_set(&loop->heap, number, DUE_HEAP_NEVER);
        return;
    }
    if (!suffer(loop, number, &state))
        return;
    wait_ms = unit->is_enrolling ? enrol_step(&unit->enrol) : device_step(&unit->device);
    if (is_online(unit))
        host_stream_settle(&unit->host.stream);
    write_journal(loop, unit);
    count_busy(loop, unit);
    if (state.is_link_lost || state.wait_ms < wait_ms)
        wait_ms = state.wait_ms;
    if (unit->host.wants_reboot || state.crashes) {
        stop_unit(unit);
        wait_ms = 0;
    }
    if (unit->host.air != NULL && wait_ms > AIR_WAIT_MS)
        wait_ms = AIR_WAIT_MS;
    watch_stream(loop, number);
    due_heap_set(&loop->heap, number, wait_ms == TIMER_NEVER ? DUE_HEAP_NEVER : now_ms() + wait_ms);
}

// Steps those that are due, each once at most so that sockets get their turn.
static void run_due(struct loop *loop)
{
    uint64_t now = now_ms();
    uint64_t due_ms;

    for (size_t i = 0; i < loop->count; i++) {
        size_t number = due_heap_first(&loop->heap, &due_ms);

        if (due_ms > now)
            return;
        run_unit(loop, number);
    }
}

// Lets in who waits at the gate, in turn, as long as there is room.
static void admit(struct loop *loop)
{
    for (size_t i = 0; i < loop->count && loop->gate.waiting > 0 && loop->gate.free > 0; i++) {
        size_t number = loop->next_admitted++ % loop->count;

        if (loop->units[number].host.stream.is_waiting)
            run_unit(loop, number);
    }
}

static int wait_time(const struct loop *loop)
{
    uint64_t now = now_ms();
    uint64_t due_ms;

    (void)due_heap_first(&loop->heap, &due_ms);
    if (due_ms <= now)
        return 0;
    return due_ms - now > INT_MAX ? -1 : (int)(due_ms - now);
}

static void tell_rest(struct loop *loop)
{
    uint64_t due_ms;

    if (loop->rest == NULL)
        return;
    (void)due_heap_first(&loop->heap, &due_ms);
    atomic_store(&loop->rest->busy, loop->busy);
    atomic_store(&loop->rest->due_ms, due_ms);
}

static int turn(struct loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    int n;

    watchdog_rest(loop->watchdog);
    n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, wait_time(loop));
    if (n < 0 && errno != EINTR)
        return -1;
    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == ALL_ENDED)
            return 0;
        run_unit(loop, (size_t)events[i].data.u64);
    }
    run_due(loop);
    admit(loop);
    tell_rest(loop);
    return 1;
}

int host_loop_run(
    const struct fleet *fleet, const struct host_options *options, struct watchdog *watchdog)
{
    struct loop loop = {
        .options = options,
        .watchdog = watchdog,
        .epoll_fd = -1,
        .signal_fd = -1,
    };
    int rc = open_loop(&loop, fleet) == 0 ? 1 : -1;

    while (rc > 0 && loop.alive > 0)
        rc = turn(&loop);
    if (rc > 0)
        rc = -1;
    close_loop(&loop);
    return rc;
}
