#ifndef PKI_ASN1_TIME_H
#define PKI_ASN1_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/asn1.h>

// A certificate's date (UTCTime or GeneralizedTime) as Unix ms; INT64_MIN if it is none.
int64_t asn1_time_ms(const ASN1_TIME *time);

// Writes such a date, in whole seconds; false if there is none for it (years 0 to 9999), or no
// memory. ASN1_TIME_set() would take a time_t, which may end in 2038.
bool asn1_time_set_ms(ASN1_TIME *out, int64_t time_ms);

#endif
