#include <openssl/evp.h>

// Declared again with the promise that Swift's hot path needs: with the cipher and its key set
// beforehand, this call neither locks nor allocates.
#define CRYPTO_NO_LOCKS __attribute__((swift_attr("@_noLocks")))

CRYPTO_NO_LOCKS int EVP_DecryptUpdate(
    EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl, const unsigned char *in, int inl);
