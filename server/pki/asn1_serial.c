// Serial numbers in certificates.
#include "server/pki/asn1_serial.h"

#include <stddef.h>

int asn1_serial_read(const ASN1_INTEGER *number, char out[SERIAL_SIZE], struct err *err)
{
    int n = number != NULL ? ASN1_STRING_length(number) : -1;

    if (n < 0 || ASN1_STRING_type(number) != V_ASN1_INTEGER || // V_ASN1_NEG_INTEGER: below zero
        !serial_format(ASN1_STRING_get0_data(number), (size_t)n, out))
        return err_set(err, ERR_INVALID,
            "certificate's serial number is negative or has more than %d bytes", SERIAL_BYTES_MAX);
    return 0;
}
