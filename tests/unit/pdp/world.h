/* A small estate in few words: things are named by numbers, and a test reads as who holds what where. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bailiwick/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1000 };

/* 0 is the id of zeroes. */
static inline struct bw_id id(unsigned number)
{
  struct bw_id id = {{0}};
  for (int i = 0; i < 4; i++)
    id.b[15 - i] = (unsigned char)(number >> 8 * i);
  return id;
}

static inline bool is(struct bw_id a, unsigned number)
{
  struct bw_id b = id(number);
  return memcmp(&a, &b, sizeof a) == 0;
}

static inline struct bw_permission_set permissions(enum bw_permission a, enum bw_permission b)
{
  struct bw_permission_set set = {{0}};
  bw_permission_add(&set, a);
  bw_permission_add(&set, b);
  return set;
}

static inline struct bw_tenant_fact tenant_fact(unsigned number, unsigned parent)
{
  struct bw_tenant_fact fact = {.id = id(number), .parent = id(parent), .kind = BW_TENANT_PARTNER};
  fact.state = BW_TENANT_ACTIVE;
  char label[BW_LABEL + 1];
  snprintf(label, sizeof label, "%08u", number % 100000000);
  memcpy(fact.label, label, BW_LABEL);
  return fact;
}

static inline struct bw_principal_fact principal_fact(unsigned number, unsigned home)
{
  return (struct bw_principal_fact){
      .id = id(number), .home = id(home), .kind = BW_PRINCIPAL_USER, .state = BW_PRINCIPAL_ACTIVE, .epoch = 1};
}

static inline struct bw_grant_fact grant_fact(unsigned number, unsigned principal, unsigned role, unsigned tenant)
{
  return (struct bw_grant_fact){
      .id = id(number), .principal = id(principal), .role = id(role), .tenant = id(tenant), .reach = BW_REACH_SUBTREE};
}

static inline void put_tenant(struct bw_model *m, struct bw_tenant_fact fact)
{
  assert_true(bw_model_put_tenant(m, &fact));
}

static inline void put_principal(struct bw_model *m, struct bw_principal_fact fact)
{
  assert_true(bw_model_put_principal(m, &fact));
}

static inline void put_role(struct bw_model *m, unsigned number, unsigned tenant, struct bw_permission_set set)
{
  struct bw_role_fact fact = {.id = id(number), .tenant = id(tenant), .permissions = set};
  assert_true(bw_model_put_role(m, &fact));
}

static inline void put_grant(struct bw_model *m, struct bw_grant_fact fact)
{
  assert_true(bw_model_put_grant(m, &fact));
}

static inline void put_group(struct bw_model *m, unsigned number, unsigned home)
{
  struct bw_principal_fact fact = principal_fact(number, home);
  fact.kind = BW_PRINCIPAL_GROUP;
  put_principal(m, fact);
}

static inline void put_member(struct bw_model *m, unsigned number, unsigned member, unsigned group)
{
  struct bw_membership_fact fact = {.id = id(number), .member = id(member), .group = id(group)};
  assert_true(bw_model_put_membership(m, &fact));
}

static inline struct bw_answer ask_for(const struct bw_model *m, unsigned subject, unsigned tenant,
                                       enum bw_permission permission)
{
  struct bw_question question = {id(subject), id(tenant), permission, NOW};
  struct bw_answer answer;
  bw_decide(m, &question, &answer);
  return answer;
}

static inline struct bw_answer ask(const struct bw_model *m, unsigned subject, unsigned tenant)
{
  return ask_for(m, subject, tenant, BW_USER_READ);
}

static inline bool allowed(const struct bw_model *m, unsigned subject, unsigned tenant)
{
  return ask(m, subject, tenant).effect == BW_ALLOW;
}

/* The estate that most tests start from:
     PROVIDER > PARTNER > CUSTOMER > SITE, PARTNER > OTHER, PROVIDER > RIVAL.
   ADMIN (home PARTNER) holds READER at PARTNER and all below. */
enum { PROVIDER = 1, PARTNER, CUSTOMER, SITE, OTHER, RIVAL, ADMIN = 100, READER = 200, ADMINS_GRANT = 300 };

static inline struct bw_model *estate(void)
{
  struct bw_model *m = bw_model_new();
  assert_non_null(m);
  bw_model_begin(m);
  put_tenant(m, tenant_fact(PROVIDER, 0));
  put_tenant(m, tenant_fact(PARTNER, PROVIDER));
  put_tenant(m, tenant_fact(CUSTOMER, PARTNER));
  put_tenant(m, tenant_fact(SITE, CUSTOMER));
  put_tenant(m, tenant_fact(OTHER, PARTNER));
  put_tenant(m, tenant_fact(RIVAL, PROVIDER));
  put_principal(m, principal_fact(ADMIN, PARTNER));
  put_role(m, READER, PROVIDER, permissions(BW_TENANT_READ, BW_USER_READ));
  put_grant(m, grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER));
  assert_true(bw_model_commit(m, 1));
  return m;
}

static inline int estate_up(void **state)
{
  *state = estate();
  return 0;
}

static inline int estate_down(void **state)
{
  bw_model_free(*state);
  return 0;
}

#define ON_ESTATE(test) cmocka_unit_test_setup_teardown(test, estate_up, estate_down)

/* One change, one publication. */
#define CHANGE(model, ...)                                                                                             \
  do {                                                                                                                 \
    bw_model_begin(model);                                                                                             \
    __VA_ARGS__;                                                                                                       \
    assert_true(bw_model_commit(model, bw_model_revision(model) + 1));                                                 \
  } while (0)
