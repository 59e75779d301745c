/* A database of the tests' own with a small estate, a policy that follows it, and changes made in it by its people.

   provider > p1 (partner) > a, b (customers);  provider > p2 (partner) > c (customer) */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/session.h"
#include "store/call.h"

enum estate_tenant { PROVIDER = 1, P1, P2, A, B, C };

/* Everyone is at home where their name says, and holds the role of their name there, with its subtree. Plain ones hold
 * none. */
enum estate_user {
  PROVIDER_ADMIN = 1,
  P1_ADMIN,
  P2_ADMIN,
  A_ADMIN,
  B_ADMIN,
  C_ADMIN,
  P1_HELPDESK,
  A_HELPDESK,
  A_VIEWER,
  P1_PROVISIONER,
  P1_PLAIN,
  A_PLAIN,
  B_PLAIN,
  C_PLAIN,
  P1_SELF_ADMIN, /* partner_admin, at p1 alone */
};

extern struct domain estate_domain;

/* Once for a test program: cmocka's group set-up and tear-down. */
int estate_up(void **state);
int estate_down(void **state);

struct uuid estate_tenant(enum estate_tenant tenant);
struct uuid estate_user(enum estate_user user);
struct uuid estate_role(const char *name);
struct str estate_path(enum estate_tenant tenant);

/* As the database's superuser, whom no wall stops. estate_ask gives the first line of what it prints, until the next
 * one. */
void estate_sql(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *estate_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Waits until the snapshot holds what estate_sql did. */
void estate_settle(void);

/* Memory of one test: cmocka's set-up and tear-down. */
int estate_begin(void **state);
int estate_end(void **state);
struct arena *estate_arena(void);

/* Reads as `user`, under the root by which they may read tenants at `tenant`; fails the test where they may not. */
struct store_call estate_call(enum estate_user user, enum estate_tenant tenant);
/* The same for the operator at the machine: the whole tree. */
struct store_call estate_whole(void);

/* A change by `user` at `tenant`, begun; `user` 0: the operator at the machine. */
struct change estate_change(enum estate_user user, enum estate_tenant tenant);
/* Commits it and waits for the snapshot. */
void estate_commit(struct change *change);
/* Leaves nothing of it. */
void estate_abandon(struct change *change);

/* A step of somebody who is not known yet; ten attempts in a quarter of an hour. */
struct signin estate_signin(const char *action);
/* What the step's store calls run in, on the auth pool; committed by store_tx_commit, left by store_tx_close. */
struct store_tx *estate_auth(const struct signin *s);

/* The text of a member of a JSON object, with its quotes; NULL where it is missing. Good for one level of short
 * objects. */
const char *estate_member(struct str json, const char *name);

#define assert_result(call, wanted)                                                                                    \
  do {                                                                                                                 \
    enum result assert_result_got = (call);                                                                            \
    if (assert_result_got != (wanted))                                                                                 \
      fail_msg("%s: %s, not %s (%s)", #call, result_row(assert_result_got)->code, result_row(wanted)->code,            \
               store_last_error());                                                                                    \
  } while (0)
#define assert_ok(call) assert_result(call, R_OK)

#define assert_str(s, text)                                                                                            \
  do {                                                                                                                 \
    struct str assert_str_got = (s);                                                                                   \
    if (!str_is(assert_str_got, text))                                                                                 \
      fail_msg("%s is \"%.*s\", not \"%s\"", #s, (int)assert_str_got.n, assert_str_got.p, (const char *)(text));       \
  } while (0)

#define estate_test(function) cmocka_unit_test_setup_teardown(function, estate_begin, estate_end)
