// open-wifi KEY-FILE MAC: opens what stands on standard input as the device of that key and MAC
// does, and prints when its networks were set and, a line each, their names and passwords.
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/wifi_networks.h"
#include "firmware/core/identity.h"
#include "firmware/core/tls_random.h"
#include "firmware/enrol/hpke.h"

static int fill(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    return getrandom(p, n, 0) == (ssize_t)n ? 0 : PORT_FAILED;
}

static int open_sealed(const char *mac, const struct identity *identity, uint8_t *p, size_t n)
{
    static const struct port_ops ops = {.random = fill};
    struct port port = {.ops = &ops};
    struct tls_random random;
    struct failure failure = {0};
    struct hpke hpke = {.key = &identity->key,
        .random = &random,
        .info = {(const uint8_t *)WIFI_NETWORKS_INFO, strlen(WIFI_NETWORKS_INFO)},
        .aad = {(const uint8_t *)mac, strlen(mac)}};
    int size = -1;

    tls_random_init(&random);
    if (tls_random_seed(&random, &port) == 0)
        size = hpke_open(&hpke, p, n, &failure);
    tls_random_clear(&random);
    return size;
}

static int print(const uint8_t *p, size_t n)
{
    size_t count = wifi_networks_count(p, n);

    if (count > 0)
        printf("%lld\n", (long long)wifi_networks_set_at_ms(p, n));
    for (size_t i = 0; i < count; i++) {
        struct wifi_network network;

        wifi_networks_read(p, n, i, &network);
        printf("%s\t%s\n", network.ssid, network.password);
    }
    return count > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    uint8_t sealed[2 * WIFI_NETWORKS_SEALED_SIZE];
    uint8_t pem[4096];
    struct identity identity;
    struct failure failure = {0};
    size_t n = fread(sealed, 1, sizeof sealed, stdin);
    FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
    int size = -1;

    if (file == NULL)
        return 2;

    size_t pem_size = fread(pem, 1, sizeof pem - 1, file);

    (void)fclose(file);
    pem[pem_size] = '\0';
    identity_init(&identity);
    if (identity_read_key(&identity, pem, pem_size, &failure) == 0)
        size = open_sealed(argv[2], &identity, sealed, n);
    identity_clear(&identity);
    if (size <= 0) {
        fputs("open-wifi: not sealed for this device\n", stderr);
        return 1;
    }
    return print(sealed, (size_t)size);
}
