#include <sodium.h>

// Declared again with the promise that Swift's hot path needs: these calls neither lock nor allocate.
#define SODIUM_NO_LOCKS __attribute__((swift_attr("@_noLocks")))

SODIUM_NO_LOCKS int crypto_scalarmult(unsigned char *q, const unsigned char *n, const unsigned char *p);
SODIUM_NO_LOCKS int crypto_hash_sha256_init(crypto_hash_sha256_state *state);
SODIUM_NO_LOCKS int crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long inlen);
SODIUM_NO_LOCKS int crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
SODIUM_NO_LOCKS int crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t keylen);
SODIUM_NO_LOCKS int crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long inlen);
SODIUM_NO_LOCKS int crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);
SODIUM_NO_LOCKS int crypto_aead_chacha20poly1305_ietf_decrypt(
    unsigned char *m, unsigned long long *mlen_p, unsigned char *nsec, const unsigned char *c,
    unsigned long long clen, const unsigned char *ad, unsigned long long adlen,
    const unsigned char *npub, const unsigned char *k);
SODIUM_NO_LOCKS int crypto_aead_chacha20poly1305_ietf_encrypt(
    unsigned char *c, unsigned long long *clen_p, const unsigned char *m, unsigned long long mlen,
    const unsigned char *ad, unsigned long long adlen, const unsigned char *nsec,
    const unsigned char *npub, const unsigned char *k);
SODIUM_NO_LOCKS int crypto_stream_chacha20_ietf_xor_ic(
    unsigned char *c, const unsigned char *m, unsigned long long mlen, const unsigned char *n,
    uint32_t ic, const unsigned char *k);
SODIUM_NO_LOCKS void randombytes_buf(void *const buf, const size_t size);
SODIUM_NO_LOCKS int crypto_shorthash(unsigned char *out, const unsigned char *in, unsigned long long inlen, const unsigned char *k);
SODIUM_NO_LOCKS void sodium_memzero(void *const pnt, const size_t len);
SODIUM_NO_LOCKS int sodium_memcmp(const void *const b1_, const void *const b2_, size_t len);
SODIUM_NO_LOCKS int sodium_is_zero(const unsigned char *n, const size_t nlen);
