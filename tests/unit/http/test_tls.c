/* The pair of files: which are refused and why, and that what a connection was shown outlives an exchange. */
#include "http/tls.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 64, TEXT = 8192, DAY = 86400 };

static char folder[] = "/tmp/bwtlsXXXXXX", certificate[PATH], key[PATH], fault[HTTP_TLS_FAULT];
static time_t end;

static int begin(void **state)
{
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  snprintf(certificate, sizeof certificate, "%s/c.pem", folder);
  snprintf(key, sizeof key, "%s/k.pem", folder);
  return 0;
}

static int finish(void **state)
{
  (void)state;
  unlink(certificate);
  unlink(key);
  return rmdir(folder);
}

static void write_file(const char *path, const void *text, size_t n, mode_t mode)
{
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, n, file), n);
  fclose(file);
  assert_int_equal(chmod(path, mode), 0);
}

/* Writes a new key, and a certificate of that key which ends in so many days. */
static void make_pair(int days)
{
  unsigned char serial = 1, text[TEXT];
  size_t n = sizeof text;
  gnutls_x509_privkey_t made;
  gnutls_x509_crt_t own;
  end = time(NULL) + (time_t)days * DAY;
  assert_int_equal(gnutls_x509_privkey_init(&made), 0);
  assert_int_equal(gnutls_x509_privkey_generate(made, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
  assert_int_equal(gnutls_x509_crt_init(&own), 0);
  gnutls_x509_crt_set_version(own, 3);
  gnutls_x509_crt_set_serial(own, &serial, 1);
  gnutls_x509_crt_set_activation_time(own, time(NULL) - 400 * DAY);
  gnutls_x509_crt_set_expiration_time(own, end);
  gnutls_x509_crt_set_dn(own, "CN=test", NULL);
  gnutls_x509_crt_set_key(own, made);
  assert_int_equal(gnutls_x509_crt_sign2(own, own, made, GNUTLS_DIG_SHA256, 0), 0);
  assert_int_equal(gnutls_x509_privkey_export(made, GNUTLS_X509_FMT_PEM, text, &n), 0);
  write_file(key, text, n, 0600);
  n = sizeof text;
  assert_int_equal(gnutls_x509_crt_export(own, GNUTLS_X509_FMT_PEM, text, &n), 0);
  write_file(certificate, text, n, 0644);
  gnutls_x509_crt_deinit(own);
  gnutls_x509_privkey_deinit(made);
}

static struct http_tls *opened(void)
{
  struct http_tls *tls = NULL;
  enum result r = http_tls_open(certificate, key, fault, &tls);
  if (r != R_OK)
    print_message("%s\n", fault);
  assert_int_equal(r, R_OK);
  return tls;
}

static void is_refused(const char *setting, const char *why)
{
  struct http_tls *untouched = (struct http_tls *)fault;
  fault[0] = '\0';
  assert_int_equal(http_tls_open(certificate, key, fault, &untouched), R_RULE);
  assert_ptr_equal(untouched, fault);
  assert_true(strncmp(fault, setting, strlen(setting)) == 0);
  assert_non_null(strstr(fault, why));
}

static void a_pair_is_read_with_its_end(void **state)
{
  (void)state;
  make_pair(30);
  struct http_tls *tls = opened();
  assert_int_equal(http_tls_end(tls), end);
  http_tls_close(&tls);
  assert_null(tls);
  http_tls_close(&tls);
  make_pair(-1);
  tls = opened();
  assert_int_equal(http_tls_end(tls), end);
  http_tls_close(&tls);
}

static void what_is_wrong_is_named(void **state)
{
  (void)state;
  static const char nonsense[] = "-----BEGIN NONSENSE-----\n";
  make_pair(30);
  chmod(key, 0640);
  is_refused("tls_key_file", "0600");
  chmod(key, 0601);
  is_refused("tls_key_file", "0600");
  write_file(key, nonsense, sizeof nonsense - 1, 0400);
  is_refused("tls_key_file", key);
  unlink(key);
  is_refused("tls_key_file", "cannot be read");
  assert_int_equal(mkdir(key, 0700), 0);
  is_refused("tls_key_file", "is no file");
  rmdir(key);
  write_file(certificate, nonsense, sizeof nonsense - 1, 0644);
  is_refused("tls_certificate_file", certificate);
  write_file(certificate, "", 0, 0644);
  is_refused("tls_certificate_file", certificate);
  unlink(certificate);
  is_refused("tls_certificate_file", "cannot be read");
}

static void what_is_too_large_is_not_read(void **state)
{
  (void)state;
  static char much[64 * 1024 + 1];
  memset(much, '\n', sizeof much);
  make_pair(30);
  write_file(key, much, sizeof much, 0600);
  is_refused("tls_key_file", "too large");
}

static void a_key_of_another_certificate_is_refused(void **state)
{
  (void)state;
  char other[PATH];
  snprintf(other, sizeof other, "%s/other", folder);
  make_pair(30);
  assert_int_equal(rename(certificate, other), 0);
  make_pair(30);
  assert_int_equal(rename(other, certificate), 0);
  is_refused("tls_key_file", "does not belong");
}

static void a_broken_pair_changes_nothing(void **state)
{
  (void)state;
  make_pair(30);
  struct http_tls *tls = opened();
  time_t first = end;
  make_pair(60);
  chmod(key, 0644);
  assert_int_equal(http_tls_reload(tls, fault), R_RULE);
  assert_int_equal(http_tls_end(tls), first);
  chmod(key, 0600);
  assert_int_equal(http_tls_reload(tls, fault), R_OK);
  assert_int_equal(http_tls_end(tls), end);
  http_tls_close(&tls);
}

/* The sanitizer sees to it that each is freed once, and not before its last holder has let go. */
static void what_was_shown_outlives_an_exchange(void **state)
{
  (void)state;
  gnutls_session_t sessions[3];
  struct http_tls_hold *holds[3];
  make_pair(30);
  struct http_tls *tls = opened();
  for (int i = 0; i < 3; i++) {
    assert_int_equal(gnutls_init(&sessions[i], GNUTLS_SERVER), 0);
    holds[i] = http_tls_show(tls, sessions[i]);
    assert_non_null(holds[i]);
    if (i == 1)
      assert_int_equal(http_tls_reload(tls, fault), R_OK);
  }
  assert_ptr_equal(holds[0], holds[1]);
  assert_ptr_not_equal(holds[1], holds[2]);
  http_tls_close(&tls);
  for (int i = 0; i < 3; i++) {
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    assert_int_equal(gnutls_credentials_get(sessions[i], GNUTLS_CRD_CERTIFICATE, (void **)&credentials), 0);
    assert_int_equal(gnutls_certificate_get_x509_crt(credentials, 0, &chain, &count), 0);
    assert_int_equal(gnutls_x509_crt_get_expiration_time(chain[0]), end);
    gnutls_x509_crt_deinit(chain[0]);
    gnutls_free(chain);
    gnutls_deinit(sessions[i]);
    http_tls_let_go(&holds[i]);
    assert_null(holds[i]);
    http_tls_let_go(&holds[i]);
  }
}

static void only_what_is_safe_is_spoken(void **state)
{
  (void)state;
  gnutls_priority_t priorities;
  const unsigned *versions;
  unsigned suites = 0;
  assert_int_equal(gnutls_priority_init(&priorities, http_tls_priorities, NULL), 0);
  assert_int_equal(gnutls_priority_protocol_list(priorities, &versions), 2);
  for (unsigned i = 0, at; gnutls_priority_get_cipher_suite_index(priorities, i, &at) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
    gnutls_mac_algorithm_t mac;
    gnutls_protocol_t lowest;
    const char *name = gnutls_cipher_suite_info(at, NULL, NULL, NULL, &mac, &lowest);
    assert_int_equal(mac, GNUTLS_MAC_AEAD);
    assert_true(lowest >= GNUTLS_TLS1_2);
    assert_true(lowest == GNUTLS_TLS1_3 || strstr(name, "ECDHE"));
    suites++;
  }
  assert_int_equal(suites, 9);
  gnutls_priority_deinit(priorities);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pair_is_read_with_its_end),
      cmocka_unit_test(what_is_wrong_is_named),
      cmocka_unit_test(what_is_too_large_is_not_read),
      cmocka_unit_test(a_key_of_another_certificate_is_refused),
      cmocka_unit_test(a_broken_pair_changes_nothing),
      cmocka_unit_test(what_was_shown_outlives_an_exchange),
      cmocka_unit_test(only_what_is_safe_is_spoken),
  };
  return cmocka_run_group_tests(tests, begin, finish);
}
