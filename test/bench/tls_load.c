// Loads an HTTPS server as many devices would, and prints as JSON what that cost it.
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "test/bench/cpu_clock.h"
#include "test/bench/tls_client.h"

#define CLIENTS_MAX 64
#define THREADS_MAX 64
#define PIDS_MAX 32

enum mode { MODE_FULL, MODE_RESUMED, MODE_ALIVE };

struct load {
    unsigned port;
    const char *ca, *devices, *path;
    enum mode mode;
    bool tls13;
    unsigned expect;
    size_t count; // of requests; 0: until standard input ends
    size_t threads;
    size_t hold; // connections to open and keep instead
    pid_t pids[PIDS_MAX];
    size_t pid_count;
    char macs[CLIENTS_MAX][16];
    size_t mac_count;

    pthread_barrier_t warm, done;
    atomic_size_t next;
    atomic_bool stop;
    atomic_size_t resumed, bytes, answers;
    int64_t *took_ns; // of each request
};

struct worker {
    pthread_t thread;
    struct load *load;
    size_t number;
    struct tls_client_client clients[CLIENTS_MAX]; // the devices that are this one's
    size_t client_count;
    SSL *alive;
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct tls_client_answer ask(const struct load *load, SSL *ssl, bool close)
{
    struct tls_client_answer answer = tls_client_get(ssl, load->path, close);

    if (answer.status != load->expect) {
        fprintf(stderr, "tls_load: answer %u instead of %u\n", answer.status, load->expect);
        exit(1);
    }
    return answer;
}

static void note(struct load *load, const struct tls_client_answer *answer)
{
    load->answers++;
    load->resumed += answer->resumed;
    load->bytes += answer->bytes;
}

static void ask_once(struct worker *worker, size_t i)
{
    struct load *load = worker->load;
    struct tls_client_client *client = &worker->clients[i % worker->client_count];
    struct tls_client_answer answer;

    if (load->mode == MODE_ALIVE) {
        answer = ask(load, worker->alive, false);
        note(load, &answer);
        return;
    }

    SSL *ssl = tls_client_open(client, load->port);

    answer = ask(load, ssl, true);
    note(load, &answer);
    if (load->mode == MODE_RESUMED && load->tls13)
        tls_client_keep_session(client, ssl);
    tls_client_close(ssl);
}

static void warm_up(struct worker *worker)
{
    const struct load *load = worker->load;

    worker->client_count = load->mac_count > load->threads ? load->mac_count / load->threads : 1;
    for (size_t i = 0; i < worker->client_count; i++) {
        struct tls_client_client *client = &worker->clients[i];
        const char *mac = load->macs[(worker->number + i * load->threads) % load->mac_count];

        tls_client_client_init(client, load->ca, load->devices, mac, load->tls13);
        if (load->mode == MODE_RESUMED) {
            SSL *ssl = tls_client_open(client, load->port);

            ask(load, ssl, true);
            tls_client_keep_session(client, ssl);
            tls_client_close(ssl);
        }
    }
    if (load->mode == MODE_ALIVE)
        worker->alive = tls_client_open(&worker->clients[0], load->port);
}

static void *work(void *ctx)
{
    struct worker *worker = ctx;
    struct load *load = worker->load;
    size_t i;

    warm_up(worker);
    pthread_barrier_wait(&load->warm);
    while (!load->stop && ((i = load->next++) < load->count || load->count == 0)) {
        int64_t began = now_ns();

        ask_once(worker, i);
        if (load->count > 0)
            load->took_ns[i] = now_ns() - began;
    }
    pthread_barrier_wait(&load->done);
    if (worker->alive != NULL)
        tls_client_close(worker->alive);
    for (size_t k = 0; k < worker->client_count; k++)
        tls_client_client_clear(&worker->clients[k]);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double percentile_us(const struct load *load, size_t per_mille)
{
    size_t i = load->count * per_mille / 1000;

    return (double)load->took_ns[i < load->count ? i : load->count - 1] / 1000;
}

static void print_figures(struct load *load, int64_t wall_ns, int64_t cpu_ns)
{
    printf("{\"requests\": %zu, \"seconds\": %.6f, \"resumed\": %zu, \"bytes\": %zu, "
           "\"server_cpu_us\": %.3f",
        load->answers, (double)wall_ns / 1e9, load->resumed, load->bytes, (double)cpu_ns / 1000);
    if (load->count > 0) {
        qsort(load->took_ns, load->count, sizeof *load->took_ns, compare);
        printf(", \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f", percentile_us(load, 500),
            percentile_us(load, 990), percentile_us(load, 999));
    }
    printf("}\n");
}

static void wait_for_end_of_input(void)
{
    while (getchar() != EOF)
        ;
}

static void *allocate(size_t count, size_t size)
{
    void *p = calloc(count, size);

    if (p == NULL) {
        perror("tls_load");
        exit(1);
    }
    return p;
}

static void run(struct load *load)
{
    struct worker *workers = allocate(load->threads, sizeof *workers);

    load->took_ns = allocate(load->count + 1, sizeof *load->took_ns);
    pthread_barrier_init(&load->warm, NULL, (unsigned)load->threads + 1);
    pthread_barrier_init(&load->done, NULL, (unsigned)load->threads + 1);
    for (size_t i = 0; i < load->threads; i++) {
        workers[i].load = load;
        workers[i].number = i;
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    pthread_barrier_wait(&load->warm);

    int64_t cpu = cpu_clock_read_ns(load->pids, load->pid_count);
    int64_t began = now_ns();

    if (load->count == 0) {
        printf("{\"warm\": true}\n");
        fflush(stdout);
        wait_for_end_of_input();
        load->stop = true;
    }
    pthread_barrier_wait(&load->done);

    int64_t wall = now_ns() - began;

    // The server may still be closing the last connections.
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    print_figures(load, wall, cpu_clock_read_ns(load->pids, load->pid_count) - cpu);
    for (size_t i = 0; i < load->threads; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
    free(load->took_ns);
}

// Opens connections, asks once on each, and keeps them until standard input ends.
static void hold(struct load *load)
{
    struct tls_client_client client;
    SSL **open = allocate(load->hold, sizeof(SSL *));

    tls_client_client_init(&client, load->ca, load->devices, load->macs[0], load->tls13);
    for (size_t i = 0; i < load->hold; i++) {
        open[i] = tls_client_open(&client, load->port);
        ask(load, open[i], false);
    }
    printf("{\"open\": %zu}\n", load->hold);
    fflush(stdout);
    wait_for_end_of_input();
    for (size_t i = 0; i < load->hold; i++)
        tls_client_close(open[i]);
    tls_client_client_clear(&client);
    free(open);
}

static void find_devices(struct load *load)
{
    DIR *dir = opendir(load->devices);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL && load->mac_count < CLIENTS_MAX) {
        if (strlen(entry->d_name) == 16 && strcmp(entry->d_name + 12, ".crt") == 0)
            snprintf(load->macs[load->mac_count++], 13, "%s", entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    if (load->mac_count == 0) {
        fprintf(stderr, "tls_load: no certificate <mac>.crt in %s\n", load->devices);
        exit(1);
    }
}

static void misuse(void)
{
    fprintf(stderr,
        "usage: tls_load --port N --ca FILE --devices FOLDER --path PATH --expect STATUS\n"
        "                [--mode full|resumed|alive] [--count N] [--threads N] [--tls13]\n"
        "                [--hold N] [--pid PID]...\n"
        "Without --count, and with --hold, it goes on until standard input ends; a first line\n"
        "says when it is under way.\n");
    exit(2);
}

static enum mode mode_of(const char *name)
{
    if (strcmp(name, "full") == 0)
        return MODE_FULL;
    if (strcmp(name, "resumed") == 0)
        return MODE_RESUMED;
    if (strcmp(name, "alive") != 0)
        misuse();
    return MODE_ALIVE;
}

static void read_options(struct load *load, int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"ca", required_argument, NULL, 'a'},
        {"devices", required_argument, NULL, 'd'},
        {"path", required_argument, NULL, 'u'},
        {"expect", required_argument, NULL, 'e'},
        {"mode", required_argument, NULL, 'm'},
        {"count", required_argument, NULL, 'n'},
        {"threads", required_argument, NULL, 't'},
        {"tls13", no_argument, NULL, '3'},
        {"hold", required_argument, NULL, 'h'},
        {"pid", required_argument, NULL, 'i'},
        {0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'p': load->port = (unsigned)atoi(optarg); break;
        case 'a': load->ca = optarg; break;
        case 'd': load->devices = optarg; break;
        case 'u': load->path = optarg; break;
        case 'e': load->expect = (unsigned)atoi(optarg); break;
        case 'm': load->mode = mode_of(optarg); break;
        case 'n': load->count = strtoul(optarg, NULL, 10); break;
        case 't': load->threads = strtoul(optarg, NULL, 10); break;
        case '3': load->tls13 = true; break;
        case 'h': load->hold = strtoul(optarg, NULL, 10); break;
        case 'i':
            if (load->pid_count < PIDS_MAX)
                load->pids[load->pid_count++] = (pid_t)atoi(optarg);
            break;
        default: misuse();
        }
    }
    if (load->port == 0 || load->ca == NULL || load->devices == NULL || load->path == NULL ||
        load->threads == 0 || load->threads > THREADS_MAX)
        misuse();
}

int main(int argc, char **argv)
{
    static struct load load = {.threads = 2};

    signal(SIGPIPE, SIG_IGN);
    read_options(&load, argc, argv);
    find_devices(&load);
    if (load.hold > 0)
        hold(&load);
    else
        run(&load);
    return 0;
}
