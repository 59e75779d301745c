/* The strictest that a tenant and those above it ask of a session. */
#include "pdp/terms.h"
#include "pdp/decide.h"

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

/* Of a tenant by its index; all zero when it has none. */
static const struct pdp_terms *terms_of(const struct bw_model *m, uint32_t tenant)
{
  const struct pdp_table *terms = &m->table[PDP_TERMS];
  struct bw_id id = pdp_id(&pdp_tenant(m, tenant)->key);
  return pdp_table_at(terms, pdp_table_find(terms, pdp_key(&id), sizeof(struct pdp_terms)), sizeof(struct pdp_terms));
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
