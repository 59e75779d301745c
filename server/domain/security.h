/* The security policy that holds at a tenant: what domain/setting.def says of its section, folded. Who signs in is
 * judged by it. */
#pragma once
#include "authn/token.h"
#include "domain/session.h"
#include "domain/setting.h"

/* Of whom a second factor is asked at every login. */
enum security_factor { SECURITY_NOBODY, SECURITY_PRIVILEGED, SECURITY_EVERYONE };

#define SECURITY_FIELD_NUMBER(name) int64_t name;
#define SECURITY_FIELD_TIME(name) int64_t name;
#define SECURITY_FIELD_FLAG(name) bool name;
#define SECURITY_FIELD_CHOICE(name) enum security_factor name;
#define SECURITY_FIELD_NETWORKS(name) struct str name;
#define SECURITY_FIELD_WORDS(name) struct str name;

/* A member for each setting, such as policy.session_idle_time. Times are microseconds. A list is its items, a line
   each; .p NULL: not set. password_age, password_history, password_classes, password_strength, tenant_attempts: 0 is
   off. */
struct security_policy {
#define SETTING(name, section, kind, ...) SECURITY_FIELD_##kind(name)
#include "domain/setting.def"
#undef SETTING
};

/* What holds at the tenant, in one statement on the auth pool. R_NOT_FOUND: no such tenant. */
RESULT domain_security_read(struct signin *s, const struct uuid *tenant, struct security_policy *ret_policy);

/* The same at the person's home; what holds for a tenant that is none for who is not in the snapshot. */
RESULT domain_security_read_for(struct signin *s, const struct uuid *person, struct security_policy *ret_policy);

/* What holds where nothing is set, and for a tenant that is none. */
void domain_security_default(const struct domain_limits *limits, struct security_policy *ret_policy);

/* What holds of it for who comes by one portal. Times are microseconds. */
struct security_portal {
  int64_t session_idle_time, session_time, factor_age;
  enum security_factor second_factor; /* of analytics always everyone, which no tenant can loosen */
};
struct security_portal domain_security_portal(const struct security_policy *policy, enum authn_audience audience);

/* Whether a login there needs a second factor. */
bool domain_security_needs_factor(const struct security_policy *policy, enum authn_audience audience, bool privileged);

/* Whether people may sign in from the address. One that is none is outside every network. */
bool domain_security_admits(const struct security_policy *policy, struct str address);
