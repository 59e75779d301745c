/* Reads the security policy that holds at a tenant. Trusts: no row that is no value; nobody then signs in. */
#include "domain/security.h"
#include "base/network.h"

#define SECURITY_OF_NUMBER(v) (v).number
#define SECURITY_OF_TIME(v) ((v).number * CLOCK_SECOND)
#define SECURITY_OF_FLAG(v) (v).number != 0
#define SECURITY_OF_CHOICE(v) (enum security_factor)(v).number
#define SECURITY_OF_NETWORKS(v) (v).lines
#define SECURITY_OF_WORDS(v) (v).lines

static void take(const struct setting_value *values, struct security_policy *ret_policy)
{
  *ret_policy = (struct security_policy){
#define SETTING(name, section, kind, ...) .name = SECURITY_OF_##kind(values[SETTING_##name]),
#include "domain/setting.def"
#undef SETTING
  };
}

void domain_security_default(const struct domain_limits *limits, struct security_policy *ret_policy)
{
  struct setting_value values[SETTING__COUNT];
  domain_setting_default(limits, values);
  take(values, ret_policy);
}

RESULT domain_security_read(struct signin *s, const struct uuid *tenant, struct security_policy *ret_policy)
{
  struct store_call store = domain_session_store(s);
  struct store_settings settings;
  struct setting_view view;
  TRY(store_setting_in_force(&store, tenant, domain_setting_section(SETTING_SECURITY), &settings));
  TRY(domain_setting_fold(&s->domain->limits, &settings, s->arena, &view));
  take(view.value, ret_policy);
  return R_OK;
}

RESULT domain_security_read_for(struct signin *s, const struct uuid *person, struct security_policy *ret_policy)
{
  struct uuid home = domain_session_home(s, person);
  enum result r = domain_security_read(s, &home, ret_policy);
  if (r == R_NOT_FOUND)
    domain_security_default(&s->domain->limits, ret_policy);
  return r == R_NOT_FOUND ? R_OK : r;
}

#define PORTAL(name)                                                                                                   \
  {                                                                                                                    \
    .session_idle_time = policy->name##_session_idle_time, .session_time = policy->name##_session_time,                \
    .factor_age = policy->name##_factor_age, .second_factor = policy->name##_second_factor                             \
  }

struct security_portal domain_security_portal(const struct security_policy *policy, enum authn_audience audience)
{
  const struct security_portal portals[] = {
      [AUTHN_SERVICE] = PORTAL(service), [AUTHN_PARTNER] = PORTAL(partner), [AUTHN_ANALYTICS] = PORTAL(analytics)};
  return portals[audience];
}

bool domain_security_needs_factor(const struct security_policy *policy, enum authn_audience audience, bool privileged)
{
  enum security_factor asked = domain_security_portal(policy, audience).second_factor;
  return asked == SECURITY_EVERYONE || (privileged && asked == SECURITY_PRIVILEGED);
}

bool domain_security_admits(const struct security_policy *policy, struct str address)
{
  struct network from, network;
  if (!policy->networks.p)
    return true;
  if (!network_parse(address, &from))
    return false;
  for (struct str rest = policy->networks; rest.n > 0;)
    if (network_parse(str_cut(&rest, '\n'), &network) && network_holds(&network, &from))
      return true;
  return false;
}
