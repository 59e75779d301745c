/* The digest is over the text with its prefix, so that one kind's never equals another's. Trusts: nothing of the text.
 */
#include "authn/nonce.h"
#include "base/secret.h"

static const struct str prefixes[] = {[AUTHN_INVITATION] = {"bwi_", 4},
                                      [AUTHN_REFRESH] = {"bwr_", 4},
                                      [AUTHN_CLIENT_SECRET] = {"bws_", 4},
                                      [AUTHN_RESET] = {"bwp_", 4},
                                      [AUTHN_DEVICE] = {"bwd_", 4}};

RESULT authn_nonce_new(enum authn_nonce_kind kind, char ret_text[AUTHN_NONCE_TEXT],
                       unsigned char ret_digest[CRYPTO_DIGEST])
{
  unsigned char bytes[AUTHN_NONCE_BYTES];
  char text[AUTHN_NONCE_TEXT] = "";
  TRY(crypto_random(bytes, sizeof bytes));
  memcpy(text, prefixes[kind].p, prefixes[kind].n);
  text_base64url_encode(bytes, sizeof bytes, text + prefixes[kind].n);
  secret_wipe(bytes, sizeof bytes);
  enum result r = crypto_digest((struct str){text, sizeof text - 1}, ret_digest);
  if (r == R_OK)
    memcpy(ret_text, text, sizeof text);
  secret_wipe(text, sizeof text);
  return r;
}

RESULT authn_nonce_parse(enum authn_nonce_kind kind, struct str text, unsigned char ret_digest[CRYPTO_DIGEST])
{
  unsigned char bytes[AUTHN_NONCE_BYTES];
  size_t n = 0;
  if (text.n != AUTHN_NONCE_TEXT - 1 || !str_starts(text, prefixes[kind]))
    return R_NOT_FOUND;
  struct str body = {text.p + prefixes[kind].n, text.n - prefixes[kind].n};
  bool good = text_base64url_decode(body, sizeof bytes, bytes, &n) && n == sizeof bytes;
  secret_wipe(bytes, sizeof bytes);
  return good ? crypto_digest(text, ret_digest) : R_NOT_FOUND;
}
