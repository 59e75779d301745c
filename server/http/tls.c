/* Reads a certificate and its key, and lends them to connections, each of which keeps what it was shown.
   Trusts: nothing of the files. */
#include "http/tls.h"
#include "base/arena.h"
#include "base/secret.h"
#include <fcntl.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 64 * 1024, CHAIN_MOST = 16 };

/* No session tickets: nothing rotates their key, and a stolen one would open what was recorded. */
const char http_tls_priorities[] =
    "NONE:+CTYPE-X509:+VERS-TLS1.3:+VERS-TLS1.2:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:+AEAD:+ECDHE-ECDSA:+ECDHE-RSA:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-EDDSA-ED25519:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:"
    "+SIGN-RSA-PSS-SHA256:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:%SERVER_PRECEDENCE:%NO_TICKETS";

struct http_tls_hold {
  _Atomic unsigned holders; /* connections, and the one who shows it to new ones */
  gnutls_certificate_credentials_t credentials;
  int64_t end;
};

struct http_tls {
  const char *certificate, *key;
  pthread_mutex_t lock; /* holds shown */
  struct http_tls_hold *shown;
};

__attribute__((format(printf, 2, 3))) static RESULT fault(char ret_fault[HTTP_TLS_FAULT], const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(ret_fault, HTTP_TLS_FAULT, format, arguments);
  va_end(arguments);
  return R_RULE;
}

static RESULT read_whole(int file, struct secret *ret_content)
{
  unsigned char bytes[FILE_MOST];
  size_t size = 0;
  ssize_t n = 1;
  while (n > 0 && size < sizeof bytes)
    if ((n = read(file, bytes + size, sizeof bytes - size)) > 0)
      size += (size_t)n;
  struct secret copy = n == 0 ? secret_copy(bytes, size) : (struct secret){0};
  secret_wipe(bytes, size);
  if (n != 0)
    return n < 0 ? R_UNAVAILABLE : R_TOO_LARGE;
  if (!copy.p && size > 0)
    return R_NO_MEMORY;
  *ret_content = copy;
  return R_OK;
}

/* The mode is that of the file that was opened, whatever the path has come to mean. */
static RESULT read_file(const char *setting, const char *path, mode_t forbidden, char ret_fault[HTTP_TLS_FAULT],
                        struct secret *ret_content)
{
  struct stat is;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return fault(ret_fault, "%s: %s cannot be read: %m", setting, path);
  enum result r = R_OK;
  if (fstat(file, &is) != 0 || !S_ISREG(is.st_mode))
    r = fault(ret_fault, "%s: %s is no file", setting, path);
  else if ((is.st_mode & forbidden) != 0)
    r = fault(ret_fault, "%s: %s may be read by others: its mode must be 0600 or stricter", setting, path);
  else if ((r = read_whole(file, ret_content)) == R_UNAVAILABLE || r == R_TOO_LARGE)
    r = fault(ret_fault, "%s: %s %s", setting, path, r == R_TOO_LARGE ? "is too large" : "cannot be read");
  close(file);
  return r;
}

/* The chain stands as PEM from the server's own certificate upwards. */
static RESULT read_chain(const char *path, const gnutls_datum_t *pem, char ret_fault[HTTP_TLS_FAULT], int64_t *ret_end)
{
  gnutls_x509_crt_t *chain = NULL;
  unsigned count = 0;
  int r = gnutls_x509_crt_list_import2(&chain, &count, pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
  if (r == GNUTLS_E_MEMORY_ERROR)
    return R_NO_MEMORY;
  if (r == GNUTLS_E_CERTIFICATE_LIST_UNSORTED)
    return fault(ret_fault, "tls_certificate_file: %s: each certificate must stand before the one that signed it", path);
  if (r < 0)
    return fault(ret_fault, "tls_certificate_file: %s: %s", path, gnutls_strerror(r));
  *ret_end = gnutls_x509_crt_get_expiration_time(chain[0]);
  for (unsigned i = 0; i < count; i++)
    gnutls_x509_crt_deinit(chain[i]);
  gnutls_free(chain);
  return count <= CHAIN_MOST ? R_OK : fault(ret_fault, "tls_certificate_file: %s has more than %d", path, CHAIN_MOST);
}

/* RSA below 2048 bits and curves below 224 are within reach of who records and waits. */
static RESULT check_key(const char *path, const gnutls_datum_t *pem, char ret_fault[HTTP_TLS_FAULT])
{
  gnutls_x509_privkey_t key;
  if (gnutls_x509_privkey_init(&key) < 0)
    return R_NO_MEMORY;
  int r = gnutls_x509_privkey_import2(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
  gnutls_sec_param_t strength = r < 0 ? GNUTLS_SEC_PARAM_UNKNOWN : gnutls_x509_privkey_sec_param(key);
  gnutls_x509_privkey_deinit(key);
  if (r == GNUTLS_E_MEMORY_ERROR)
    return R_NO_MEMORY;
  if (r < 0)
    return fault(ret_fault, "tls_key_file: %s: %s", path, gnutls_strerror(r));
  return strength >= GNUTLS_SEC_PARAM_MEDIUM ? R_OK : fault(ret_fault, "tls_key_file: %s: the key is too weak", path);
}

void http_tls_let_go(struct http_tls_hold **hold)
{
  struct http_tls_hold *h = *hold;
  *hold = NULL;
  if (!h || atomic_fetch_sub(&h->holders, 1) != 1)
    return;
  if (h->credentials)
    gnutls_certificate_free_credentials(h->credentials);
  secret_release(h);
}

static RESULT load(const struct http_tls *tls, char ret_fault[HTTP_TLS_FAULT], struct http_tls_hold **ret_hold)
{
  CLEANUP(secret_free) struct secret certificate = {0}, key = {0};
  CLEANUP(http_tls_let_go) struct http_tls_hold *hold = secret_alloc(sizeof *hold);
  if (!hold)
    return R_NO_MEMORY;
  *hold = (struct http_tls_hold){.holders = 1};
  TRY(read_file("tls_certificate_file", tls->certificate, 0, ret_fault, &certificate));
  gnutls_datum_t certificate_pem = {certificate.p, (unsigned)certificate.n};
  TRY(read_chain(tls->certificate, &certificate_pem, ret_fault, &hold->end));
  TRY(read_file("tls_key_file", tls->key, S_IRWXG | S_IRWXO, ret_fault, &key));
  gnutls_datum_t key_pem = {key.p, (unsigned)key.n};
  TRY(check_key(tls->key, &key_pem, ret_fault));
  if (gnutls_certificate_allocate_credentials(&hold->credentials) < 0)
    return R_NO_MEMORY;
  int r = gnutls_certificate_set_x509_key_mem2(hold->credentials, &certificate_pem, &key_pem, GNUTLS_X509_FMT_PEM, NULL, 0);
  if (r == GNUTLS_E_MEMORY_ERROR)
    return R_NO_MEMORY;
  if (r < 0)
    return fault(ret_fault, "tls_key_file: %s does not belong to %s: %s", tls->key, tls->certificate, gnutls_strerror(r));
  *ret_hold = hold;
  hold = NULL;
  return R_OK;
}

RESULT http_tls_open(const char *certificate, const char *key, char ret_fault[HTTP_TLS_FAULT], struct http_tls **ret_tls)
{
  struct http_tls *tls = secret_alloc(sizeof *tls);
  if (!tls)
    return R_NO_MEMORY;
  *tls = (struct http_tls){.certificate = certificate, .key = key, .lock = PTHREAD_MUTEX_INITIALIZER};
  enum result r = load(tls, ret_fault, &tls->shown);
  if (r != R_OK) {
    secret_release(tls);
    return r;
  }
  *ret_tls = tls;
  return R_OK;
}

RESULT http_tls_reload(struct http_tls *tls, char ret_fault[HTTP_TLS_FAULT])
{
  struct http_tls_hold *fresh = NULL;
  TRY(load(tls, ret_fault, &fresh));
  pthread_mutex_lock(&tls->lock);
  struct http_tls_hold *old = tls->shown;
  tls->shown = fresh;
  pthread_mutex_unlock(&tls->lock);
  http_tls_let_go(&old);
  return R_OK;
}

void http_tls_close(struct http_tls **tls)
{
  if (!tls || !*tls)
    return;
  http_tls_let_go(&(*tls)->shown);
  pthread_mutex_destroy(&(*tls)->lock);
  secret_release(*tls);
  *tls = NULL;
}

static struct http_tls_hold *take(struct http_tls *tls)
{
  pthread_mutex_lock(&tls->lock);
  struct http_tls_hold *hold = tls->shown;
  atomic_fetch_add(&hold->holders, 1);
  pthread_mutex_unlock(&tls->lock);
  return hold;
}

int64_t http_tls_end(struct http_tls *tls)
{
  struct http_tls_hold *hold = take(tls);
  int64_t end = hold->end;
  http_tls_let_go(&hold);
  return end;
}

struct http_tls_hold *http_tls_show(struct http_tls *tls, void *session)
{
  struct http_tls_hold *hold = take(tls);
  if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, hold->credentials) < 0)
    http_tls_let_go(&hold);
  return hold;
}
