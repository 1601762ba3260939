#ifndef DOCTOR_PKI_H
#define DOCTOR_PKI_H

#include <stdint.h>

#include "server/doctor/doctor.h"

// Certificates and keys of the CA, the daemon and the broker.

// How long before its end a certificate is spoken of.
#define DOCTOR_PKI_WARN_DAYS 30

// What is to be said of one that ends then. Pure.
enum doctor_level doctor_pki_judge_end(int64_t not_after_ms, int64_t now_ms);

void doctor_pki_check(struct doctor *doctor);

// Whose the keys are, if systemd runs the services: each its service's, or root's.
void doctor_pki_check_owners(struct doctor *doctor);

#endif
