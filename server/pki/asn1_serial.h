#ifndef PKI_ASN1_SERIAL_H
#define PKI_ASN1_SERIAL_H

#include <openssl/asn1.h>

#include "server/base/err.h"
#include "server/model/serial.h"

// Writes a certificate's serial number as text. ERR_INVALID if it is negative or longer than
// RFC 5280, 4.1.2.2 has it.
ERR_CHECKED int asn1_serial_read(
    const ASN1_INTEGER *number, char out[SERIAL_SIZE], struct err *err);

#endif
