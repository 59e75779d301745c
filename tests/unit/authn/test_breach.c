/* The list of breached passwords: found where they lie, and nothing else taken for such a list. */
#include "authn/breach.h"
#include "crypto/digest.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { MANY = 5000, HEX = 2 * CRYPTO_SHA1 };

static char path[] = "/tmp/bw-breach-XXXXXX";
static struct arena *arena;

static void write_file(const char *text, size_t n)
{
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(file >= 0 && write(file, text, n) == (ssize_t)n);
  close(file);
}

static enum result opened(const char *text)
{
  const struct authn_breach *breach;
  write_file(text, strlen(text));
  return authn_breach_open(path, arena, &breach);
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

/* The digests of "breached 0" and so on, sorted, with counts of different lengths. */
static void write_many(const char *ending)
{
  static char lines[MANY][HEX + 24], whole[MANY * (HEX + 24)];
  size_t n = 0;
  for (int i = 0; i < MANY; i++) {
    unsigned char digest[CRYPTO_SHA1];
    char text[32];
    snprintf(text, sizeof text, "breached %d", i);
    assert_int_equal(crypto_sha1(str_of(text), digest), R_OK);
    for (size_t k = 0; k < sizeof digest; k++)
      snprintf(lines[i] + 2 * k, 3, "%02X", digest[k]);
    snprintf(lines[i] + HEX, 24, ":%u%s", i % 7 ? (unsigned)i + 1 : 123456789u, ending);
  }
  qsort(lines, MANY, sizeof *lines, compare);
  for (int i = 0; i < MANY; i++)
    n += (size_t)snprintf(whole + n, sizeof whole - n, "%s", lines[i]);
  write_file(whole, n);
}

static void each_that_stands_there_is_found_and_no_other(void **state)
{
  static const char *const endings[] = {"\n", "\r\n"};
  (void)state;
  for (int e = 0; e < 2; e++) {
    const struct authn_breach *breach;
    write_many(endings[e]);
    assert_int_equal(authn_breach_open(path, arena, &breach), R_OK);
    for (int i = 0; i < 2 * MANY; i++) {
      char text[32];
      bool found = i >= MANY;
      snprintf(text, sizeof text, "breached %d", i);
      assert_int_equal(authn_breach_find(breach, str_of(text), &found), R_OK);
      assert_int_equal(found, i < MANY);
    }
  }
}

static void a_last_line_needs_no_end_and_one_line_is_a_list(void **state)
{
  (void)state;
  const struct authn_breach *breach;
  bool found = false;
  /* The first is the digest of "password", the public example. */
  write_file("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824", 48);
  assert_int_equal(authn_breach_open(path, arena, &breach), R_OK);
  assert_int_equal(authn_breach_find(breach, STR("password"), &found), R_OK);
  assert_true(found);
  assert_int_equal(authn_breach_find(breach, STR("passwort"), &found), R_OK);
  assert_false(found);
}

#define ONE "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"
#define TWO "7C4A8D09CA3762AF61E59520943DC26494F8941B"

static void what_is_no_such_list_is_refused(void **state)
{
  static const char *const wrong[] = {
      "",
      "\n",
      "password\n",
      ONE "\n",
      ONE ":\n",
      ONE ":many\n",
      ONE ":-1\n",
      "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:1\n",
      TWO ":1\n" ONE ":1\n",
      ONE ":1\n" ONE ":1\n",
      ONE ":1\n\n" TWO ":1\n",
      ONE ":1\n" TWO ":1\n#\n",
      ONE ":1000000000000000000000000000000000000000000000000000000000000000000000000000000\n" TWO ":1\n"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (opened(wrong[i]) != R_MALFORMED)
      fail_msg("%s was taken", wrong[i]);
  assert_int_equal(opened(ONE ":1\n" TWO ":1\n"), R_OK);
}

static void one_that_cannot_be_read_is_no_list(void **state)
{
  (void)state;
  const struct authn_breach *breach;
  assert_int_equal(authn_breach_open("/tmp/there/is/none", arena, &breach), R_UNAVAILABLE);
  assert_int_equal(authn_breach_open("/tmp", arena, &breach), R_MALFORMED);
}

static void a_list_that_is_cut_or_spoilt_later_says_so(void **state)
{
  (void)state;
  const struct authn_breach *breach;
  bool found = false;
  write_many("\n");
  assert_int_equal(authn_breach_open(path, arena, &breach), R_OK);
  write_file(ONE, 40);
  assert_int_equal(authn_breach_find(breach, STR("password"), &found), R_UNAVAILABLE);
  write_many("\n");
  int file = open(path, O_WRONLY);
  for (int i = 0; i < MANY * 45; i += 20)
    assert_int_equal(pwrite(file, "zz", 2, i), 2);
  close(file);
  assert_int_equal(authn_breach_find(breach, STR("password"), &found), R_MALFORMED);
  assert_false(found);
}

static int begin(void **state)
{
  (void)state;
  int file = mkstemp(path);
  close(file);
  arena = arena_new(1 << 20);
  return file >= 0 && arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return unlink(path);
}

/* A file of 8 GiB that lies nowhere: lines of one length, each with its number at the head of its digest, but for those
   of passwords, which have theirs. What a search reads of it is made as it is read. */
enum { FAR_LINE = HEX + 12, FAR_PASSWORDS = 64 };
static const uint64_t far_lines = (UINT64_C(8) << 30) / FAR_LINE;
static struct {
  int file;
  uint64_t line[FAR_PASSWORDS];
  char hex[FAR_PASSWORDS][HEX + 1];
} far = {.file = -1};

static uint64_t far_step(void) { return UINT64_MAX / far_lines; }

static void far_put(uint64_t number, char line[FAR_LINE + 1])
{
  snprintf(line, FAR_LINE + 1, "%016llX%024d:0000000001", (unsigned long long)(number * far_step()), 0);
  for (int i = 0; i < FAR_PASSWORDS; i++)
    if (far.line[i] == number)
      memcpy(line, far.hex[i], HEX);
  line[FAR_LINE - 1] = '\n';
}

ssize_t pread(int file, void *bytes, size_t n, off_t at)
{
  char line[FAR_LINE + 1];
  if (file != far.file)
    return lseek(file, at, SEEK_SET) < 0 ? -1 : read(file, bytes, n);
  for (size_t i = 0; i < n; i++) {
    uint64_t place = (uint64_t)at + i;
    if (i == 0 || place % FAR_LINE == 0)
      far_put(place / FAR_LINE, line);
    ((char *)bytes)[i] = line[place % FAR_LINE];
  }
  return (ssize_t)n;
}

static void what_lies_beyond_4_gib_is_found(void **state)
{
  (void)state;
  const struct authn_breach *breach;
  int beyond = 0;
  for (int i = 0; i < FAR_PASSWORDS; i++) {
    unsigned char digest[CRYPTO_SHA1];
    char text[32];
    uint64_t head = 0;
    snprintf(text, sizeof text, "far %d", i);
    assert_int_equal(crypto_sha1(str_of(text), digest), R_OK);
    for (size_t k = 0; k < sizeof digest; k++)
      snprintf(far.hex[i] + 2 * k, 3, "%02X", digest[k]);
    for (int k = 0; k < 8; k++)
      head = head << 8 | digest[k];
    far.line[i] = head / far_step();
    beyond += far.line[i] * FAR_LINE > UINT64_C(1) << 32;
  }
  assert_in_range(beyond, 1, FAR_PASSWORDS - 1);
  write_file("", 0);
  assert_int_equal(truncate(path, (off_t)(far_lines * FAR_LINE)), 0);
  far.file = open(path, O_RDONLY); /* the next file that is opened has that number again */
  assert_true(far.file >= 0);
  close(far.file);
  assert_int_equal(authn_breach_open(path, arena, &breach), R_OK);
  for (int i = 0; i < 2 * FAR_PASSWORDS; i++) {
    char text[32];
    bool found = i >= FAR_PASSWORDS;
    snprintf(text, sizeof text, "far %d", i);
    assert_int_equal(authn_breach_find(breach, str_of(text), &found), R_OK);
    assert_int_equal(found, i < FAR_PASSWORDS);
  }
  far.file = -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_that_stands_there_is_found_and_no_other),
      cmocka_unit_test(a_last_line_needs_no_end_and_one_line_is_a_list),
      cmocka_unit_test(what_is_no_such_list_is_refused),
      cmocka_unit_test(one_that_cannot_be_read_is_no_list),
      cmocka_unit_test(a_list_that_is_cut_or_spoilt_later_says_so),
      cmocka_unit_test(what_lies_beyond_4_gib_is_found),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
