/* The strictest that a tenant and those above it ask of a session, and from where it may be used. */
#include "pdp/terms.h"
#include "pdp/decide.h"
#include <stdlib.h>

/* Of a portal's part of the word, the rule's; its minutes follow. */
enum { PORTAL_BITS = 14, RULE_BITS = 2 };
_Static_assert(PORTAL_BITS *(BW_PORTALS + 1) <= 64, "a word holds all portals");

static uint64_t at_most(unsigned number, uint64_t most) { return number < most ? number : most; }

uint64_t pdp_terms_portals(const struct bw_terms_fact *fact)
{
  uint64_t portals = 0;
  for (int i = 1; i <= BW_PORTALS; i++) {
    uint64_t asked = at_most(fact->factor_rule[i], PDP_RULE_MOST) | at_most(fact->factor_minutes[i], PDP_MINUTES_MOST)
                                                                        << RULE_BITS;
    portals |= asked << PORTAL_BITS * i;
  }
  return portals;
}

bool pdp_terms_networks(const struct bw_terms_fact *fact, struct pdp_networks **ret_networks)
{
  *ret_networks = NULL;
  if (!fact->bounded)
    return true;
  struct pdp_networks *networks = malloc(sizeof *networks + fact->network_count * sizeof *networks->list);
  if (!networks)
    return false;
  networks->next = NULL;
  networks->count = fact->network_count;
  for (size_t i = 0; i < networks->count; i++)
    networks->list[i] = fact->networks[i];
  *ret_networks = networks;
  return true;
}

bool pdp_terms_same(const struct pdp_networks *a, const struct pdp_networks *b)
{
  if (!a || !b)
    return a == b;
  return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof *a->list) == 0;
}

void pdp_terms_free_retired(struct bw_model *m)
{
  for (struct pdp_networks *next; m->retired; m->retired = next) {
    next = m->retired->next;
    free(m->retired);
  }
}

/* All zero when there are none. */
static const struct pdp_terms *terms_by_id(const struct bw_model *m, const struct bw_id *id)
{
  const struct pdp_table *terms = &m->table[PDP_TERMS];
  return pdp_table_at(terms, pdp_table_find(terms, pdp_key(id), sizeof(struct pdp_terms)), sizeof(struct pdp_terms));
}

/* Of a tenant by its index. */
static const struct pdp_terms *terms_of(const struct bw_model *m, uint32_t tenant)
{
  struct bw_id id = pdp_id(&pdp_tenant(m, tenant)->key);
  return terms_by_id(m, &id);
}

static bool holds(const struct bw_network *network, const unsigned char address[16])
{
  unsigned bytes = network->bits / 8, rest = network->bits % 8;
  if (network->bits > 128 || memcmp(network->base, address, bytes) != 0)
    return false;
  return rest == 0 || ((network->base[bytes] ^ address[bytes]) & (0xFF00 >> rest) & 0xFF) == 0;
}

static bool admits(const struct pdp_terms *terms, const unsigned char address[16])
{
  const struct pdp_networks *networks = pdp_get(&terms->networks);
  bool held = !networks;
  for (size_t i = 0; networks && address && !held && i < networks->count; i++)
    held = holds(&networks->list[i], address);
  return held;
}

bool bw_tenant_admits(const struct bw_model *m, const struct bw_id *tenant, const unsigned char address[16])
{
  bool admitted;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    struct pdp_line line;
    admitted = pdp_line_of(m, pdp_tenant_find(m, tenant), &line);
    for (unsigned i = 0; admitted && i < line.n; i++)
      admitted = admits(terms_of(m, line.at[i]), address);
  } while (pdp_reading_again(&r));
  return admitted;
}

bool bw_client_admits(const struct bw_model *m, const struct bw_id *client, const unsigned char address[16])
{
  bool admitted;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    admitted = admits(terms_by_id(m, client), address);
  } while (pdp_reading_again(&r));
  return admitted;
}

static void ask_for(struct bw_assurance *assurance, unsigned rule, unsigned minutes)
{
  if (rule > assurance->rule)
    assurance->rule = rule < BW_FACTOR_EVERYONE ? rule : BW_FACTOR_EVERYONE;
  if (minutes && (!assurance->factor_minutes || minutes < assurance->factor_minutes))
    assurance->factor_minutes = minutes;
}

bool bw_tenant_assurance(const struct bw_model *m, const struct bw_id *tenant, unsigned portal,
                         struct bw_assurance *ret_assurance)
{
  struct bw_assurance found;
  bool known;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    struct pdp_line line;
    known = pdp_line_of(m, pdp_tenant_find(m, tenant), &line);
    found = (struct bw_assurance){.rule = known ? BW_FACTOR_NOBODY : BW_FACTOR_EVERYONE};
    for (unsigned i = 0; known && i < line.n; i++) {
      uint64_t asked = pdp_get(&terms_of(m, line.at[i])->portals) >> PORTAL_BITS * portal;
      ask_for(&found, pdp_rule(line.info[i]), pdp_minutes(line.info[i]));
      ask_for(&found, asked & PDP_RULE_MOST, asked >> RULE_BITS & PDP_MINUTES_MOST);
    }
  } while (pdp_reading_again(&r));
  *ret_assurance = found;
  return known;
}
