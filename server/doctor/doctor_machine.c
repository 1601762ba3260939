// The machine that all of it runs on.
#include "server/doctor/doctor_machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/program.h"
#include "server/pki/certificate.h"

#define FULL_BYTES ((uint64_t)16 << 20) // below that nothing can be relied on
#define LOW_BYTES ((uint64_t)1 << 30)   // [retention] min_free_bytes
#define LOW_PART 20                     // and min_free_percent

#define KEEP_CLOCK                                                                                 \
    "timedatectl set-ntp true; if that is not supported, apt install systemd-timesyncd"

void doctor_machine_check_config(struct doctor *doctor)
{
    const char *const argv[] = {
        "secureespd", "--check-config", "--config", doctor->config.path, NULL};
    struct program_result result;
    struct err err = {0};

    if (program_must(argv, &result, &err) < 0)
        doctor_say(doctor, DOCTOR_FAIL, "configuration",
            "put it right, and systemctl reload secureespd", "%s", err.message);
    else
        doctor_say(doctor, DOCTOR_OK, "configuration", NULL,
            "secureespd --check-config: %s and the database are good", doctor->config.path);
}

void doctor_machine_check_clock(struct doctor *doctor)
{
    struct timex state = {0};
    struct certificate *ca = NULL;
    int64_t now_ms = clock_system_ms();
    char text[CLOCK_TEXT_SIZE];
    int rc = adjtimex(&state); // only looks

    clock_format(now_ms, text);
    if (certificate_load(doctor->config.ca, &ca, NULL) == 0 &&
        certificate_not_before_ms(ca) > now_ms) {
        doctor_say(doctor, DOCTOR_FAIL, "clock", "set it: " KEEP_CLOCK,
            "it is %s by it, before the CA was made", text);
    } else if (rc < 0 || (state.status & STA_UNSYNC) != 0) {
        doctor_say(doctor, DOCTOR_WARN, "clock", KEEP_CLOCK,
            "nothing keeps it right; it is %s by it", text);
    } else {
        doctor_say(doctor, DOCTOR_OK, "clock", NULL, "it is kept right; it is %s", text);
    }
    certificate_free(ca);
}

enum doctor_level doctor_machine_judge_disk(uint64_t free_bytes, uint64_t all_bytes)
{
    if (free_bytes < FULL_BYTES)
        return DOCTOR_FAIL;
    return free_bytes < LOW_BYTES && free_bytes < all_bytes / LOW_PART ? DOCTOR_WARN : DOCTOR_OK;
}

static void check_disk(struct doctor *doctor, const char *path, const char *what)
{
    struct statvfs st;
    enum doctor_level level;
    uint64_t left;

    if (statvfs(path, &st) < 0) {
        doctor_say(
            doctor, DOCTOR_FAIL, "disk", "sudo secureesp setup", "%s, with %s: %m", path, what);
        return;
    }
    left = (uint64_t)st.f_bavail * st.f_frsize;
    level = doctor_machine_judge_disk(left, (uint64_t)st.f_blocks * st.f_frsize);
    doctor_say(doctor, level, "disk",
        level == DOCTOR_OK ? NULL : "make room there; the history stops before that",
        "%llu MB free for %s, in %s", (unsigned long long)(left / 1000000), what, path);
    if (st.f_files > 0 && st.f_favail == 0)
        doctor_say(
            doctor, DOCTOR_FAIL, "disk", "remove files there", "no more files fit in %s", path);
}

void doctor_machine_check_disk(struct doctor *doctor)
{
    check_disk(doctor, doctor->config.state_dir, "the database");
    if (doctor->broker.is_known && doctor->broker.data[0] != '\0')
        check_disk(doctor, doctor->broker.data, "the broker's sessions");
}

void doctor_machine_check_mail(struct doctor *doctor)
{
    if (doctor->config.mail_to[0] == '\0')
        return;
    if (access(doctor->config.sendmail, X_OK) < 0)
        doctor_say(doctor, DOCTOR_WARN, "alerts",
            "install a mail server, as the package postfix, or set sendmail in section [alerts]",
            "mail for %s is not sent: %s: %m", doctor->config.mail_to, doctor->config.sendmail);
    else
        doctor_say(doctor, DOCTOR_OK, "alerts", NULL, "%s gets mail, by %s", doctor->config.mail_to,
            doctor->config.sendmail);
}

static bool is_same(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a->sa_family != b->sa_family)
        return false;
    if (a->sa_family == AF_INET)
        return ((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)(const void *)b)->sin_addr.s_addr;
    return a->sa_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
               &((const struct sockaddr_in6 *)(const void *)b)->sin6_addr,
               sizeof(struct in6_addr)) == 0;
}

// All of 127/8 is, too.
static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
}

static bool is_own(const struct sockaddr *address)
{
    struct ifaddrs *all = NULL;
    bool found = false;

    if (getifaddrs(&all) < 0)
        return false;
    for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next)
        found = one->ifa_addr != NULL && is_same(one->ifa_addr, address);
    freeifaddrs(all);
    return found;
}

static void check_name(struct doctor *doctor, const char *member, const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int rc;

    if (name[0] == '\0') {
        doctor_say(doctor, DOCTOR_FAIL, "address", "sudo secureesp setup",
            "[config.json] %s is missing: devices find nothing", member);
        return;
    }
    rc = getaddrinfo(name, NULL, &hints, &found);
    if (rc != 0) {
        doctor_say(doctor, DOCTOR_FAIL, "address",
            "give it an address in your network's DNS, or devices another name: secureesp setup "
            "--name",
            "%s, which devices are told as %s, is not found: %s", name, member, gai_strerror(rc));
        return;
    }
    if (is_loopback(found->ai_addr) || is_own(found->ai_addr))
        doctor_say(doctor, DOCTOR_OK, "address", NULL, "%s, the %s of devices, is this machine",
            name, member);
    else
        doctor_say(doctor, DOCTOR_WARN, "address", "right behind a router that forwards to here",
            "%s, the %s of devices, is another machine's address", name, member);
    freeaddrinfo(found);
}

void doctor_machine_check_address(struct doctor *doctor)
{
    const struct doctor_config *config = &doctor->config;

    if (strcmp(config->download_server, "localhost") == 0)
        doctor_say(doctor, DOCTOR_WARN, "address", "sudo secureesp setup",
            "devices are told localhost, where only this machine finds this one");
    check_name(doctor, "downloadserver", config->download_server);
    if (strcmp(config->mqtt_server, config->download_server) != 0)
        check_name(doctor, "mqttserver", config->mqtt_server);
}
