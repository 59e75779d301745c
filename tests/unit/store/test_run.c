/* Lists of every aggregate in random trees, against what raw SQL sees in the same scope. */
#include "base/text.h"
#include "crypto/digest.h"
#include "store/client.h"
#include "store/grant.h"
#include "store/tenant.h"
#include "store/user.h"
#include "support/estate.h"
#include <stdio.h>

enum { TENANTS = 60, ADMINS = 12, PAGE = 7 };

/* Random partners and customers below the partners there are, with people, machines and grants of the auditor's role.
 */
static void plant(int seed)
{
  estate_sql("SELECT setseed(%d / 100.0);\n"
             "DO $$ BEGIN FOR i IN 1..%d LOOP\n"
             "  INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key)\n"
             "  SELECT gen_random_uuid(), substr(md5(random()::text), 1, 8), id, path, boundary,\n"
             "         CASE WHEN random() < 0.4 THEN 'partner' ELSE 'customer' END, md5(random()::text), 'n', 'n'\n"
             "    FROM tenant WHERE kind = 'partner' AND length(path) < 9 * 8 ORDER BY random() LIMIT 1;\n"
             "END LOOP; END $$;\n"
             "INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key,\n"
             "                       display_name, name_key)\n"
             "SELECT gen_random_uuid(), t.id, t.path, t.boundary, k.kind, 'active', k.login, k.login, 'n', 'n'\n"
             "  FROM tenant t, (VALUES ('user', 'one'), ('user', 'two'), ('client', NULL)) AS k (kind, login)\n"
             " WHERE t.name = 'n' AND random() < 0.7 ON CONFLICT DO NOTHING;\n"
             "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path,\n"
             "                       role_id, role_path, reach)\n"
             "SELECT gen_random_uuid(), p.tenant_id, p.tenant_path, p.tenant_boundary, p.id, p.tenant_path, r.id,\n"
             "       r.tenant_path, CASE WHEN random() < 0.7 THEN 'subtree' ELSE 'self' END\n"
             "  FROM principal p, role r WHERE r.name = 'auditor' AND p.name_key = 'n' AND random() < 0.5\n"
             "    ON CONFLICT DO NOTHING",
             seed, TENANTS);
  estate_settle();
}

typedef RESULT list_of(const struct store_call *call, const struct store_range *range, struct store_page *ret_page);

static RESULT tenants(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  return store_tenant_list(call, &(struct store_tenant_filter){.range = *range}, ret_page);
}

static RESULT users(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  return store_user_list(call, &(struct store_user_filter){.range = *range}, ret_page);
}

static RESULT clients(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  return store_client_list(call, &(struct store_client_filter){.range = *range}, ret_page);
}

static RESULT grants(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  return store_grant_list(call, range, &(struct store_grant_filter){0}, ret_page);
}

static const struct {
  list_of *list;
  const char *table, *path, *where;
} lists[] = {
    {tenants, "tenant", "path", "true"},
    {users, "principal", "tenant_path", "kind = 'user'"},
    {clients, "principal", "tenant_path", "kind = 'client'"},
    {grants, "\"grant\"", "tenant_path", "true"},
};

/* The ids in their order, a list's pages joined. */
static void ids_of(const struct store_call *call, list_of *list, struct str low, struct buf *ret_ids)
{
  struct store_range range = {.low = low, .subtree = true, .limit = PAGE};
  struct store_page page;
  do {
    assert_ok(list(call, &range, &page));
    for (size_t i = 0; i < page.count; i++) {
      char text[UUID_TEXT];
      uuid_format(&page.items[i].id, text);
      buf_print(ret_ids, "%s,", text);
    }
    if (page.count > 0) {
      range.after_path = page.items[page.count - 1].path;
      range.after_id = page.items[page.count - 1].id;
    }
  } while (page.count == PAGE);
}

/* An admin sees by every list what the service's own role sees with that scope; from the root's path or from the top.
 */
static void compare(struct str who, struct str where, const char *path, bool subtree)
{
  struct uuid subject, tenant;
  assert_true(uuid_parse(who, &subject) && uuid_parse(where, &tenant));
  struct bw_question question = {policy_id(&subject), policy_id(&tenant), BW_TENANT_READ, clock_now()};
  struct bw_answer answer;
  struct store_call call = {.pool = estate_domain.app, .arena = estate_arena()};
  bw_decide(policy_model(estate_domain.policy), &question, &answer);
  assert_int_equal(answer.effect, BW_ALLOW);
  assert_ok(policy_scope(estate_domain.policy, &answer, call.arena, &call.scope));
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    struct buf own = buf_in(call.arena, 1 << 20), top = buf_in(call.arena, 1 << 20);
    ids_of(&call, lists[i].list, str_of(path), &own);
    ids_of(&call, lists[i].list, STR(""), &top);
    struct str seen = buf_str(&own), from_top = buf_str(&top);
    unsigned char digest[CRYPTO_DIGEST];
    char text[2 * CRYPTO_DIGEST + 1] = "";
    assert_ok(crypto_digest(seen, digest));
    text_hex_encode(digest, sizeof digest, text);
    assert_string_equal(
        estate_ask(
            "BEGIN; SELECT set_config('bailiwick.low', '%s', true), set_config('bailiwick.high', '%s%c', true)"
            " \\g /dev/null\nSET LOCAL ROLE bailiwick_app; SELECT encode(sha256(coalesce(string_agg(id || ',', ''"
            " ORDER BY %s, id), '')::bytea), 'hex') FROM %s WHERE %s; COMMIT",
            path, path, subtree ? '0' : '/', lists[i].path, lists[i].table, lists[i].where),
        text);
    assert_true(str_equal(seen, from_top));
    assert_true(i > 0 || seen.n > 0);
  }
}

static void every_list_shows_what_the_wall_lets_through(void **state)
{
  (void)state;
  for (int seed = 1; seed <= 2; seed++) {
    plant(seed);
    for (int i = 0; i < ADMINS; i++) {
      struct str rest =
          str_of(estate_ask("SELECT p.id, t.id, t.path, bool_or(g.reach = 'subtree') FROM \"grant\" g"
                            " JOIN principal p ON p.id = g.principal_id JOIN tenant t ON t.id = g.tenant_id"
                            " WHERE p.name_key = 'n' GROUP BY 1, 2, 3 ORDER BY md5(p.id::text || '%d') LIMIT 1",
                            i));
      struct str line = arena_copy(estate_arena(), rest);
      struct str who = str_cut(&line, '|'), where = str_cut(&line, '|'), path = str_cut(&line, '|');
      compare(who, where, arena_copy(estate_arena(), path).p, str_is(line, "t"));
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {estate_test(every_list_shows_what_the_wall_lets_through)};
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
