/* Holds a password against the policy and its user's own words. Trusts: no password; none stays in memory. */
#include "domain/password.h"
#include "authn/throttle.h"

enum { OWN_WORDS = 7, CHECKS = 600 };

static size_t lines_in(struct str lines)
{
  size_t count = 0;
  while (lines.n > 0) {
    (void)str_cut(&lines, '\n');
    count++;
  }
  return count;
}

/* Login, address and its parts, the tenant's name and code, then what the policies at and above the tenant say. */
static enum result gather(struct signin *s, const struct store_credential *user, struct str listed,
                          struct authn_password_rules *rules)
{
  struct str domain = user->email, local = str_cut(&domain, '@'), rest = domain;
  struct str label = str_cut(&rest, '.');
  struct str own[OWN_WORDS] = {user->login, user->email, local, domain, label, user->tenant_name, user->tenant_code};
  struct str *words = arena_array(s->arena, OWN_WORDS + lines_in(listed), sizeof *words);
  size_t count = 0;
  if (!words)
    return R_NO_MEMORY;
  for (size_t i = 0; i < OWN_WORDS; i++)
    words[count++] = own[i];
  while (listed.n > 0)
    words[count++] = str_cut(&listed, '\n');
  rules->words = words;
  rules->word_count = count;
  return R_OK;
}

static enum result rules_for(struct signin *s, const struct store_credential *user,
                             struct authn_password_rules *ret_rules, struct security_policy *ret_policy)
{
  struct security_policy policy;
  TRY(domain_security_read(s, &user->tenant, &policy));
  *ret_rules = (struct authn_password_rules){
      .least = (size_t)(user->has_totp ? policy.password_least : policy.password_least_single),
      .most = (size_t)policy.password_most,
      .strength = (int)policy.password_strength,
      .classes = (int)policy.password_classes,
      .breach = s->domain->breach};
  *ret_policy = policy;
  return gather(s, user, policy.password_words, ret_rules);
}

static enum result check_hash(struct signin *s, struct str hash, struct str prepared)
{
  enum result r = crypto_hash_check(s->domain->keys, hash, prepared);
  if (r == R_OK)
    return R_PASSWORD_REUSED;
  return r == R_LOGIN_FAILED ? R_OK : r;
}

static enum result check_history(struct signin *s, const struct store_credential *user, struct str password,
                                 int64_t depth)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(secret_free) struct secret prepared = {0};
  struct store_hashes before;
  if (depth == 0)
    return R_OK;
  TRY(authn_password_prepare(password, &prepared));
  struct str bytes = {(const char *)prepared.p, prepared.n};
  if (user->hash.p)
    TRY(check_hash(s, user->hash, bytes));
  TRY(store_credential_history(&store, &user->principal, depth, &before));
  for (size_t i = 0; i < before.count; i++)
    TRY(check_hash(s, before.list[i], bytes));
  return R_OK;
}

/* What was loaded is known to whoever loaded it, who would be as good as the administrator that its owner has become. */
static bool must_choose(const struct signin *s, const struct security_policy *policy, const struct store_credential *user)
{
  struct bw_id id = policy_id(&user->principal);
  return policy->password_change_first || bw_principal_privileged(policy_model(s->domain->policy), &id, s->now);
}

bool domain_password_due(const struct signin *s, const struct security_policy *policy,
                         const struct store_credential *user)
{
  bool old = policy->password_age > 0 && user->changed_at + policy->password_age <= s->now;
  return old || (!user->chosen && must_choose(s, policy, user));
}

RESULT domain_password_differs(struct signin *s, const struct store_credential *user, struct str password)
{
  CLEANUP(secret_free) struct secret prepared = {0};
  TRY(authn_password_prepare(password, &prepared));
  return user->hash.p ? check_hash(s, user->hash, (struct str){(const char *)prepared.p, prepared.n}) : R_OK;
}

int64_t domain_password_kept(const struct security_policy *policy) { return policy->password_history; }

/* Before anything is hashed, and after all that costs little. */
static enum result count_choice(struct signin *s, const struct uuid *user, const struct security_policy *policy)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle throttle;
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_CHOICE, user, &throttle));
  return authn_throttle_take(&throttle, &store, policy->account_attempts, s->now, &s->retry_after);
}

RESULT domain_password_check(struct signin *s, const struct store_credential *user, struct str password,
                             struct security_policy *ret_policy)
{
  struct authn_password_rules rules;
  struct authn_password_verdict verdict;
  struct security_policy policy;
  TRY(rules_for(s, user, &rules, &policy));
  TRY(authn_password_judge(password, &rules, s->arena, &verdict));
  if (verdict.count > 0)
    return verdict.reasons[0];
  TRY(count_choice(s, &user->principal, &policy));
  TRY(check_history(s, user, password, policy.password_history));
  *ret_policy = policy;
  return R_OK;
}

/* Who types asks often; more often than anybody types is somebody trying a list. */
static enum result count_check(struct signin *s, const struct uuid *user)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle throttle;
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_TYPING, user, &throttle));
  return authn_throttle_take(&throttle, &store, CHECKS, s->now, &s->retry_after);
}

RESULT domain_password_judge(struct signin *s, const struct authn_caller *caller, struct str password,
                             struct authn_password_verdict *ret_verdict)
{
  struct store_call store = domain_session_store(s);
  struct authn_password_rules rules;
  struct security_policy policy;
  struct store_credential user;
  if (caller->kind != AUTHN_USER)
    return R_FORBIDDEN;
  s->principal = caller->principal;
  TRY(count_check(s, &caller->principal));
  enum result r = store_credential_get(&store, &caller->principal, &user);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  s->tenant = user.tenant;
  TRY(rules_for(s, &user, &rules, &policy));
  return authn_password_judge(password, &rules, s->arena, ret_verdict);
}
