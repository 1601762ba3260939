// What the daemon's ingest is compared with: a libmosquitto subscriber that discards what it gets.
// Ends when nothing has come for a second, or at the start for ten.
#include <mosquitto.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct sink {
    size_t count;
    int64_t last_ns;
    bool subscribed;
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void on_connect(struct mosquitto *mosq, void *ctx, int code)
{
    (void)ctx;
    if (code != 0 || mosquitto_subscribe(mosq, NULL, "/status/+", 1) != MOSQ_ERR_SUCCESS)
        exit(1);
}

static void on_subscribe(struct mosquitto *mosq, void *ctx, int mid, int n, const int *granted)
{
    struct sink *sink = ctx;

    (void)mosq;
    (void)mid;
    (void)n;
    (void)granted;
    puts("{\"subscribed\": true}");
    fflush(stdout);
    sink->subscribed = true;
}

static void on_message(struct mosquitto *mosq, void *ctx, const struct mosquitto_message *message)
{
    struct sink *sink = ctx;

    (void)mosq;
    (void)message;
    sink->count++;
}

int main(int argc, char **argv)
{
    struct sink sink = {0};
    int64_t idle_since = now_ns();
    size_t seen = 0;
    struct mosquitto *mosq;

    if (argc != 2 && argc != 5) {
        fprintf(stderr, "usage: mqtt_sink PORT [CA CERT KEY]\n");
        return 2;
    }
    mosquitto_lib_init();
    mosq = mosquitto_new("secureespd", true, &sink);
    mosquitto_connect_callback_set(mosq, on_connect);
    mosquitto_subscribe_callback_set(mosq, on_subscribe);
    mosquitto_message_callback_set(mosq, on_message);
    if (argc == 5 && mosquitto_tls_set(mosq, argv[2], NULL, argv[3], argv[4], NULL) != 0)
        return 1;
    if (mosquitto_connect(mosq, "localhost", atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS) {
        fprintf(stderr, "mqtt_sink: cannot connect\n");
        return 1;
    }
    while (now_ns() - idle_since < (sink.count > 0 ? 1 : 10) * (int64_t)1000000000) {
        if (mosquitto_loop(mosq, 100, 1) != MOSQ_ERR_SUCCESS)
            return 1;
        if (sink.count != seen) {
            seen = sink.count;
            idle_since = sink.last_ns = now_ns();
        }
    }
    printf("{\"received\": %zu, \"last_ns\": %lld}\n", sink.count, (long long)sink.last_ns);
    mosquitto_destroy(mosq);
    return 0;
}
