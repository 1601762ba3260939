// Devices fresh from the factory, all at once, until each has its certificate; prints as JSON what
// that took.
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "test/bench/enrol_device.h"

#define EVENTS_MAX 256
#define LOOK_MS 20 // at pauses and attempts that take too long

struct load {
    struct enrol_device_place place;
    const char *ca, *claim, *serials;
    uint64_t first;
    size_t count;
    int64_t within_ms; // they begin
    int64_t limit_ms;
    struct enrol_device *devices;
    size_t done;
    int epoll;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static _Noreturn void end(const char *what)
{
    fprintf(stderr, "enrol_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void misuse(void)
{
    fprintf(stderr,
        "usage: enrol_load --port N --ca FILE --claim NAME --first MAC --count N\n"
        "                  [--network ADDRESS] [--within MS] [--limit SECONDS] [--serials FILE]\n"
        "NAME.crt and .key are the claim certificate. The devices have the MACs from that one on, "
        "and the\n"
        "addresses from that one on (127.1.0.1). They begin within that time (1000 ms). Writes who "
        "got\n"
        "which certificate to FILE, and ends with exit status 1 if one has none after the limit "
        "(600).\n");
    exit(2);
}

static void take_credentials(struct load *load)
{
    char path[4096];
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    load->place.ctx = ctx;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_load_verify_locations(ctx, load->ca, NULL) != 1)
        end(load->ca);
    snprintf(path, sizeof path, "%s.crt", load->claim);
    if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1)
        end(path);
    snprintf(path, sizeof path, "%s.key", load->claim);
    if (SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1)
        end(path);
}

static void make_devices(struct load *load)
{
    struct rlimit files;
    int64_t now;

    load->devices = calloc(load->count + 1, sizeof *load->devices);
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->devices == NULL || load->epoll < 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
        end("devices");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        end("limit of open files");
    for (size_t i = 0; i < load->count; i++) {
        char mac[13];

        uint64_t number = load->first + i;

        snprintf(mac, sizeof mac, "%012" PRIx64, number);
        enrol_device_init(&load->devices[i], mac);
    }
    now = now_ms();
    for (size_t i = 0; i < load->count; i++)
        load->devices[i].due_ms = now + random() % (load->within_ms + 1);
}

static void step(struct load *load, struct enrol_device *device)
{
    struct epoll_event event = {.data.ptr = device};

    event.events = enrol_device_step(device, &load->place, now_ms());
    if (event.events != 0 && epoll_ctl(load->epoll, EPOLL_CTL_MOD, device->fd, &event) < 0)
        end("epoll");
    load->done += device->state == ENROL_DEVICE_DONE;
}

static void start(struct load *load, size_t i)
{
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = &load->devices[i]};

    enrol_device_start(&load->devices[i], &load->place, i, now_ms());
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->devices[i].fd, &event) < 0)
        end("epoll");
}

static void look(struct load *load)
{
    int64_t now = now_ms();

    for (size_t i = 0; i < load->count; i++) {
        struct enrol_device *device = &load->devices[i];

        if (device->state == ENROL_DEVICE_DONE || device->due_ms > now)
            continue;
        if (device->state == ENROL_DEVICE_PAUSE)
            start(load, i);
        else
            enrol_device_give_up(device, &load->place, now);
    }
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t began = now_ms(), looked = 0, told = began;

    while (load->done < load->count && now_ms() - began < load->limit_ms) {
        int n = epoll_wait(load->epoll, events, EVENTS_MAX, LOOK_MS);

        for (int i = 0; i < n; i++) {
            struct enrol_device *device = events[i].data.ptr;

            if (device->fd >= 0)
                step(load, device);
        }
        if (now_ms() - looked >= LOOK_MS) {
            look(load);
            looked = now_ms();
        }
        if (looked - told >= 5000) {
            fprintf(stderr, "%zu of %zu\n", load->done, load->count);
            told = looked;
        }
    }
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double seconds_of(const int64_t *took_ms, size_t n, size_t per_mille)
{
    size_t i = n * per_mille / 1000;

    return n == 0 ? 0 : (double)took_ms[i < n ? i : n - 1] / 1000;
}

static void report(const struct load *load, int64_t took_ms)
{
    int64_t *each_ms = calloc(load->count + 1, sizeof *each_ms);
    FILE *serials = load->serials != NULL ? fopen(load->serials, "w") : NULL;
    size_t n = 0;

    if (each_ms == NULL || (load->serials != NULL && serials == NULL))
        end("result");
    for (size_t i = 0; i < load->count; i++) {
        const struct enrol_device *device = &load->devices[i];

        if (device->state != ENROL_DEVICE_DONE)
            continue;
        each_ms[n++] = device->due_ms - device->began_ms;
        if (serials != NULL)
            fprintf(serials, "%s %s\n", device->mac, device->serial);
    }
    if (serials != NULL && fclose(serials) != 0)
        end(load->serials);
    qsort(each_ms, n, sizeof *each_ms, compare);
    printf("{\"devices\": %zu, \"enrolled\": %zu, \"seconds\": %.1f, \"answers\": %zu, "
           "\"told_to_wait\": %zu, \"not_answered\": %zu, \"p50_s\": %.2f, \"p99_s\": %.2f, "
           "\"worst_s\": %.2f}\n",
        load->count, n, (double)took_ms / 1000, load->place.answers, load->place.told_to_wait,
        load->place.failures, seconds_of(each_ms, n, 500), seconds_of(each_ms, n, 990),
        seconds_of(each_ms, n, 1000));
    free(each_ms);
}

static void read_options(struct load *load, int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"ca", required_argument, NULL, 'a'},
        {"claim", required_argument, NULL, 'c'},
        {"first", required_argument, NULL, 'f'},
        {"count", required_argument, NULL, 'n'},
        {"network", required_argument, NULL, 'w'},
        {"within", required_argument, NULL, 'i'},
        {"limit", required_argument, NULL, 'l'},
        {"serials", required_argument, NULL, 's'},
        {0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'p': load->place.port = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'a': load->ca = optarg; break;
        case 'c': load->claim = optarg; break;
        case 'f': load->first = strtoull(optarg, NULL, 16); break;
        case 'n': load->count = strtoul(optarg, NULL, 10); break;
        case 'w': load->place.address = inet_addr(optarg); break;
        case 'i': load->within_ms = strtol(optarg, NULL, 10); break;
        case 'l': load->limit_ms = strtol(optarg, NULL, 10) * 1000; break;
        case 's': load->serials = optarg; break;
        default: misuse();
        }
    }
    if (load->place.port == 0 || load->ca == NULL || load->claim == NULL || load->first == 0 ||
        load->count == 0 || load->place.address == INADDR_NONE || load->within_ms < 0)
        misuse();
}

int main(int argc, char **argv)
{
    static struct load load = {.within_ms = 1000, .limit_ms = 600000};
    int64_t began;

    load.place.address = inet_addr("127.1.0.1");
    signal(SIGPIPE, SIG_IGN);
    read_options(&load, argc, argv);
    take_credentials(&load);
    make_devices(&load);
    began = now_ms();
    run(&load);
    report(&load, now_ms() - began);
    for (size_t i = 0; i < load.count; i++)
        enrol_device_clear(&load.devices[i]);
    free(load.devices);
    SSL_CTX_free(load.place.ctx);
    return load.done < load.count;
}
