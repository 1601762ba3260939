// Parts of a name as text.
#include "server/pki/name_text.h"

#include <string.h>

#include <openssl/err.h>

int name_text_read(const X509_NAME *name, int nid, char *out, size_t size)
{
    int i = X509_NAME_get_index_by_NID(name, nid, -1);
    unsigned char *text = NULL;

    if (i < 0)
        return 0;
    if (X509_NAME_get_index_by_NID(name, nid, i) >= 0)
        return 2;

    int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));

    if (n > 0 && (size_t)n < size && memchr(text, 0, (size_t)n) == NULL)
        memcpy(out, text, (size_t)n + 1);
    OPENSSL_free(text);
    ERR_clear_error();
    return 1;
}
