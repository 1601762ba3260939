#ifndef PKI_ASN1_TIME_H
#define PKI_ASN1_TIME_H

#include <stdint.h>

#include <openssl/asn1.h>

// A certificate's date (UTCTime or GeneralizedTime) as Unix ms; INT64_MIN if it is none.
int64_t asn1_time_ms(const ASN1_TIME *time);

#endif
