/* Makes and changes clients and their keys as rows want them. Trusts: nothing of the row. */
#include "import/client.h"
#include "base/buf.h"
#include "base/network.h"
#include "domain/client.h"
#include "domain/proof.h"
#include "store/client.h"

enum { NETWORKS_MOST = 32, KEYS_THERE = 200, KEY_MOST = 8192 };

struct client_work {
  struct client_new made;
  struct uuid id; /* of what is changed, or was made */
  struct client_patch patch;
  bool differs;
  struct authn_key keys[DOMAIN_PROOFS]; /* to be added */
  size_t key_count;
  struct uuid gone[KEYS_THERE]; /* keys to be taken away */
  size_t gone_count;
};

/* Networks. */

static RESULT read_networks(struct import_work *w, const struct json_texts *wanted, struct str *ret_networks)
{
  struct buf text = buf_in(w->arena, NETWORKS_MOST * (NETWORK_TEXT + 1) + 2);
  if (!wanted->present)
    return R_OK;
  buf_put_char(&text, '{');
  for (size_t i = 0; i < wanted->count; i++) {
    struct network network;
    char form[NETWORK_TEXT];
    if (!network_parse(wanted->value[i], &network))
      return import_work_blame(w, "networks", R_MALFORMED);
    network_format(&network, form);
    buf_print(&text, "%s%s", i ? "," : "", form);
  }
  buf_put_char(&text, '}');
  *ret_networks = buf_str(&text);
  return ret_networks->p ? R_OK : R_NO_MEMORY;
}

static bool same_networks(const struct json *view, const struct json_texts *wanted)
{
  const struct json *had = json_member(view, "networks");
  struct network a, b;
  if (!wanted->present || json_count(had) != wanted->count)
    return !wanted->present;
  for (size_t i = 0; i < wanted->count; i++)
    if (!network_parse(json_str(json_at(had, i)), &a) || !network_parse(wanted->value[i], &b) ||
        !network_holds(&a, &b) || !network_holds(&b, &a))
      return false;
  return true;
}

/* Keys. */

static RESULT read_key(const struct json *item, struct arena *arena, struct authn_key *ret_key)
{
  struct str pem = json_str(item);
  if (pem.n > KEY_MOST)
    return R_MALFORMED;
  return pem.p ? authn_key_pem(pem, arena, ret_key) : authn_key_jwk(item, arena, ret_key);
}

static RESULT read_keys(struct import_work *w, const struct json_raw *wanted, struct client_work *c)
{
  size_t count = json_count(wanted->value);
  if (!wanted->present)
    return R_OK;
  if (json_kind(wanted->value) != JSON_KIND_ARRAY || count > DOMAIN_PROOFS)
    return import_work_blame(w, "keys", json_kind(wanted->value) == JSON_KIND_ARRAY ? R_LIMIT_REACHED : R_MALFORMED);
  for (size_t i = 0; i < count; i++)
    TRY(import_work_blame(w, "keys", read_key(json_at(wanted->value, i), w->arena, &c->keys[i])));
  c->key_count = count;
  return R_OK;
}

/* Takes it out of those that are to be added. */
static bool take_key(struct client_work *c, const struct json *there)
{
  for (size_t i = 0; i < c->key_count; i++)
    if (str_equal(c->keys[i].kid, json_str(json_member(there, "kid"))) &&
        str_equal(c->keys[i].pem, json_str(json_member(there, "pem")))) {
      c->keys[i] = c->keys[--c->key_count];
      return true;
    }
  return false;
}

/* Of the keys that are there and those that are wanted, what is to go and what is to come. */
static RESULT compare_keys(struct import_work *w, const struct store_call *call, const struct store_object *client,
                           struct client_work *c)
{
  const struct store_range range = {.low = client->path, .limit = KEYS_THERE};
  struct store_page page;
  TRY(store_proof_list(call, &client->id, STORE_PROOF_KEY, &range, &page));
  for (size_t i = 0; i < page.count; i++) {
    const struct json *view;
    TRY(import_work_view(w, &page.items[i], &view));
    if (!take_key(c, view))
      c->gone[c->gone_count++] = page.items[i].id;
  }
  c->differs |= c->gone_count + c->key_count > 0;
  return R_OK;
}

static RESULT change_keys(struct change *change, const struct client_work *c)
{
  const struct proof_terms terms = {.name = STR("import")};
  struct outcome ignored;
  for (size_t i = 0; i < c->gone_count; i++) {
    const struct store_proof_key key = {.id = c->gone[i], .client = c->id, .kind = STORE_PROOF_KEY};
    TRY(domain_proof_delete(change, &key));
  }
  for (size_t i = 0; i < c->key_count; i++)
    TRY(domain_proof_key(change, &c->id, &terms, &c->keys[i], &ignored));
  return R_OK;
}

/* Clients. */

static RESULT create_client(struct change *change, void *what)
{
  struct client_work *c = what;
  struct outcome outcome;
  struct str none;
  TRY(domain_client_create(change, &c->made, &outcome, &none));
  c->id = outcome.id;
  return change_keys(change, c);
}

static RESULT update_client(struct change *change, void *what)
{
  const struct client_work *c = what;
  struct outcome outcome;
  if (c->patch.display_name.given || c->patch.networks.p)
    TRY(domain_client_update(change, &c->id, 0, &c->patch, &outcome));
  return change_keys(change, c);
}

static RESULT find(struct import_work *w, const struct import_row_client *row, struct import_object *ret_object,
                   struct store_call *ret_call, struct store_object *ret_client)
{
  const struct import_reference home = {"tenant_external_id", &row->tenant_external_id};
  struct import_leave under;
  struct uuid id;
  TRY(import_work_enter(w, &home, BW_CLIENT_READ, &ret_object->place, &under));
  *ret_call = import_work_reading(w, under.scope);
  if (import_row_id(row->external_id.value, &id)) {
    TRY(store_client_get(ret_call, &id, ret_client));
    TRY(import_work_expect(w, ret_client, "tenant_id", &ret_object->place));
  } else {
    TRY(store_client_find(ret_call, &ret_object->place, row->external_id.value, ret_client));
  }
  w->applied.id = ret_object->id = ret_client->id;
  return R_OK;
}

static RESULT client_found(struct import_work *w, const struct import_row_client *row,
                           const struct store_object *client, struct client_work *c)
{
  const struct json *view;
  TRY(import_work_found(w, "external_id"));
  TRY(import_work_view(w, client, &view));
  c->id = client->id;
  if (!import_work_same_text(view, "display_name", &row->display_name))
    c->patch.display_name = import_work_patch(&row->display_name);
  if (!same_networks(view, &row->networks))
    c->patch.networks = c->made.networks;
  c->differs |= c->patch.display_name.given || c->patch.networks.p;
  return R_OK;
}

RESULT import_client_apply(struct import_work *w, const struct import_row *row)
{
  const struct import_row_client *wanted = &row->client;
  struct client_work c = {.made = {.display_name = wanted->display_name.value,
                                   .external_id = wanted->external_id.value,
                                   .without_secret = true}};
  struct import_object object;
  struct import_leave under;
  struct uuid id;
  struct store_call call;
  struct store_object client;
  enum result r = find(w, wanted, &object, &call, &client);
  if (r != R_OK && (r != R_NOT_FOUND || w->applied.about.p))
    return r;
  if (r == R_NOT_FOUND && import_row_id(wanted->external_id.value, &id))
    return import_work_blame(w, "external_id", r);
  TRY(read_networks(w, &wanted->networks, &c.made.networks));
  TRY(read_keys(w, &wanted->keys, &c));
  if (r == R_OK) {
    TRY(client_found(w, wanted, &client, &c));
    if (wanted->keys.present)
      TRY(compare_keys(w, &call, &client, &c));
  }
  if (r == R_OK && !c.differs)
    return R_OK;
  c.made.tenant = object.place;
  if (r == R_NOT_FOUND)
    TRY(import_work_leave(w, &object.place, BW_CLIENT_CREATE, &under));
  if (r == R_OK || c.key_count > 0)
    TRY(import_work_leave(w, &object.place, BW_CLIENT_UPDATE, &under));
  TRY(import_work_change(w, &under, r == R_OK ? update_client : create_client, &c,
                         r == R_OK ? IMPORT_UPDATED : IMPORT_CREATED));
  w->applied.id = c.id;
  return R_OK;
}

static RESULT delete_client(struct change *change, void *what)
{
  const struct uuid *id = what;
  return domain_client_delete(change, id);
}

RESULT import_client_end(struct import_work *w, const struct import_object *object)
{
  return import_work_remove(w, BW_CLIENT_DELETE, delete_client, object);
}

RESULT import_client_remove(struct import_work *w, const struct import_row *row)
{
  struct import_object object;
  struct store_call call;
  struct store_object client;
  enum result r = find(w, &row->client, &object, &call, &client);
  if (r == R_OK)
    return import_client_end(w, &object);
  return r == R_NOT_FOUND && !w->applied.about.p ? R_OK : r;
}
