/* Authenticators through the store. */
#include "store/totp.h"
#include "store/factor.h"
#include "support/estate.h"

enum { MOST = 3 };

static struct store_totp_row row_of(enum estate_user user, const char *name)
{
  struct store_totp_row row = {.user = estate_user(user),
                               .sealed_seed = STR("sealed"),
                               .name = str_of(name),
                               .algorithm = STR("SHA256"),
                               .digits = 8,
                               .epoch = 1};
  assert_ok(uuid_new(&row.id));
  return row;
}

static void commit(struct store_tx *tx)
{
  uint64_t revision;
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static struct uuid created(enum estate_user user, const char *name)
{
  struct signin s = estate_signin("test");
  struct store_totp_row row = row_of(user, name);
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_totp_create(tx, &row, MOST));
  commit(tx);
  return row.id;
}

/* Confirmed at step 100. */
static struct uuid confirmed(enum estate_user user, const char *name, bool is_first)
{
  struct signin s = estate_signin("test");
  struct uuid id = created(user, name);
  struct store_tx *tx = estate_auth(&s);
  bool first;
  assert_ok(store_totp_confirm(tx, &id, 100, &first));
  assert_true(first == is_first);
  commit(tx);
  return id;
}

/* A try in vain. */
static size_t taken(enum estate_user user, const struct store_totp **ret_list)
{
  struct signin s = estate_signin("test");
  struct uuid id = estate_user(user);
  struct store_tx *tx = estate_auth(&s);
  size_t count = 99;
  assert_ok(store_totp_take(tx, &id, ret_list, &count));
  commit(tx);
  return count;
}

static enum result stepped(enum estate_user user, const struct uuid *id, int64_t step)
{
  struct signin s = estate_signin("test");
  struct store_tx *tx = estate_auth(&s);
  struct uuid owner = estate_user(user);
  uint64_t revision;
  assert_ok(store_factor_hold(tx, &owner));
  enum result r = store_totp_step(tx, &owner, id, step);
  if (r == R_OK)
    r = store_tx_commit(tx, &revision);
  store_tx_close(&tx);
  return r;
}

static const char *failures(const struct uuid *id)
{
  char text[UUID_TEXT];
  uuid_format(id, text);
  return estate_ask("SELECT failures FROM vault.totp WHERE id = '%s'", text);
}

static void the_newest_enrolment_waits_and_the_one_before_is_gone(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct store_call call = domain_session_store(&s);
  struct uuid user = estate_user(A_PLAIN);
  struct store_totp found;
  assert_result(store_totp_pending(&call, &user, &found), R_NOT_FOUND);
  created(A_PLAIN, "first");
  struct uuid second = created(A_PLAIN, "second");
  assert_ok(store_totp_pending(&call, &user, &found));
  assert_memory_equal(&found.id, &second, sizeof second);
  assert_str(found.algorithm, "SHA256");
  assert_true(found.digits == 8 && found.last_step == 0);
  const struct store_totp *list;
  assert_int_equal(taken(A_PLAIN, &list), 0);
  estate_sql("UPDATE vault.totp SET created_at = now() - interval '601 seconds'");
  assert_result(store_totp_pending(&call, &user, &found), R_NOT_FOUND);
  created(A_PLAIN, "third");
  estate_sql(
      "UPDATE principal SET epoch = epoch + 1 WHERE id = (SELECT principal_id FROM vault.totp WHERE name = 'third')");
  assert_result(store_totp_pending(&call, &user, &found), R_NOT_FOUND);
}

static void a_step_is_accepted_once_and_only_forwards(void **state)
{
  (void)state;
  struct uuid id = confirmed(B_PLAIN, "one", true);
  assert_result(stepped(B_PLAIN, &id, 100), R_NOT_FOUND);
  assert_ok(stepped(B_PLAIN, &id, 101));
  assert_result(stepped(B_PLAIN, &id, 101), R_NOT_FOUND);
  assert_result(stepped(B_PLAIN, &id, 100), R_NOT_FOUND);
  assert_ok(stepped(B_PLAIN, &id, 103));
}

static void a_try_counts_against_all_unless_it_is_none(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(C_PLAIN);
  struct uuid one = confirmed(C_PLAIN, "one", true), two = confirmed(C_PLAIN, "two", false);
  const struct store_totp *list;
  size_t count;
  assert_int_equal(taken(C_PLAIN, &list), 2);
  assert_int_equal(taken(C_PLAIN, &list), 2);
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_totp_take(tx, &user, &list, &count));
  store_tx_close(&tx); /* the code was right */
  assert_ok(stepped(C_PLAIN, &two, 101));
  assert_string_equal(failures(&one), "2");
  assert_string_equal(failures(&two), "2");
}

static void the_hundredth_in_vain_is_the_last(void **state)
{
  (void)state;
  struct uuid one = confirmed(B_ADMIN, "one", true), two = confirmed(B_ADMIN, "two", false);
  const struct store_totp *list;
  char text[UUID_TEXT];
  uuid_format(&one, text);
  estate_sql("UPDATE vault.totp SET failures = 98 WHERE id = '%s'", text);
  assert_int_equal(taken(B_ADMIN, &list), 2);
  assert_false(list[0].is_last || list[1].is_last);
  assert_int_equal(taken(B_ADMIN, &list), 2);
  for (int i = 0; i < 2; i++)
    assert_true(list[i].is_last == uuid_equal(&list[i].id, &one));
  assert_int_equal(taken(B_ADMIN, &list), 1);
  assert_memory_equal(&list[0].id, &two, sizeof two);
  /* What succeeds with the one brings the other no nearer to life. */
  assert_ok(stepped(B_ADMIN, &two, 102));
  assert_int_equal(taken(B_ADMIN, &list), 1);
  assert_string_equal(failures(&one), "100");
}

static void there_is_room_for_so_many(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  for (int i = 0; i < MOST; i++)
    confirmed(P1_PLAIN, "x", i == 0);
  struct store_totp_row row = row_of(P1_PLAIN, "one more");
  struct store_tx *tx = estate_auth(&s);
  assert_result(store_totp_create(tx, &row, MOST), R_LIMIT_REACHED);
  store_tx_close(&tx);
}

static void none_is_begun_once_the_sessions_ended(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct store_totp_row row = row_of(P1_ADMIN, "late");
  row.epoch = 0;
  struct store_tx *tx = estate_auth(&s);
  assert_result(store_totp_create(tx, &row, MOST), R_NOT_FOUND);
  row.epoch = 1;
  assert_ok(store_totp_create(tx, &row, MOST));
  store_tx_close(&tx);
}

static void it_is_named_and_removed_by_its_owner_alone(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid owner = estate_user(A_VIEWER), other = estate_user(B_ADMIN), id = confirmed(A_VIEWER, "one", true);
  struct uuid spare = confirmed(A_VIEWER, "spare", false);
  struct str body;
  bool last;
  struct store_tx *tx = estate_auth(&s);
  assert_result(store_totp_rename(tx, &other, &id, STR("mine"), &body), R_NOT_FOUND);
  assert_ok(store_totp_rename(tx, &owner, &id, STR("work"), &body));
  assert_string_equal(estate_member(body, "name"), "\"work\"");
  assert_null(estate_member(body, "sealed_seed"));
  assert_result(store_totp_remove(tx, &other, &id, &last), R_NOT_FOUND);
  assert_ok(store_totp_remove(tx, &owner, &id, &last));
  assert_false(last);
  assert_result(store_totp_remove(tx, &owner, &id, &last), R_NOT_FOUND);
  assert_ok(store_totp_remove(tx, &owner, &spare, &last));
  assert_true(last);
  store_tx_close(&tx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(the_newest_enrolment_waits_and_the_one_before_is_gone),
      estate_test(a_step_is_accepted_once_and_only_forwards),
      estate_test(a_try_counts_against_all_unless_it_is_none),
      estate_test(the_hundredth_in_vain_is_the_last),
      estate_test(there_is_room_for_so_many),
      estate_test(none_is_begun_once_the_sessions_ended),
      estate_test(it_is_named_and_removed_by_its_owner_alone),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
