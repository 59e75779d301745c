/* Puts mails into the outbox. Trusts: the user's address as it stands in the database. */
#include "domain/notice.h"
#include "crypto/seal.h"
#include "domain/link.h"
#include "domain/session.h"

/* A notice that could not be delivered for so long is stale. */
static const int64_t notice_life = 3 * 24 * 3600 * CLOCK_SECOND;

static const struct {
  const char *name;
  int64_t hush;
} kinds[] = {
#define NOTICE(name, wire, hush) [NOTICE_##name] = {wire, hush},
#include "domain/notice.def"
#undef NOTICE
};

const char *domain_notice_name(enum notice_kind kind) { return kinds[kind].name; }

static RESULT new_mail(enum notice_kind kind, const struct uuid *user, int64_t now, struct store_outbox *ret_mail)
{
  *ret_mail = (struct store_outbox){
      .user = *user, .kind = str_of(kinds[kind].name), .happened_at = now, .expires_at = now + notice_life};
  return uuid_new(&ret_mail->id);
}

RESULT domain_notice_put(const struct signin *s, struct store_tx *tx, const struct uuid *user, enum notice_kind kind)
{
  struct store_outbox mail;
  if (!s->domain->mail.sends)
    return R_OK;
  TRY(new_mail(kind, user, s->now, &mail));
  mail.address = s->address;
  return store_outbox_tell(tx, &mail, kinds[kind].hush);
}

RESULT domain_notice_change(const struct change *change, const struct uuid *user, enum notice_kind kind,
                            struct str recipient)
{
  struct store_outbox mail;
  if (!change->domain->mail.sends)
    return R_OK;
  TRY(new_mail(kind, user, change->now, &mail));
  mail.recipient = recipient;
  return store_outbox_put(change->tx, &mail);
}

/* A token that is moved to another mail does not unseal. */
static RESULT binding_of(const struct domain *domain, const struct store_outbox *mail, struct arena *arena,
                         struct crypto_binding *ret_binding)
{
  char id[UUID_TEXT], user[UUID_TEXT];
  uuid_format(&mail->id, id);
  uuid_format(&mail->user, user);
  struct str context = arena_print(arena, "mail|%s|%s", id, user);
  *ret_binding = (struct crypto_binding){domain->keys, CRYPTO_OUTBOX, context};
  return context.p ? R_OK : R_NO_MEMORY;
}

static RESULT new_token_mail(const struct domain *domain, const struct notice_token *token, int64_t now,
                             struct arena *arena, struct store_outbox *ret_mail)
{
  struct crypto_binding binding;
  TRY(new_mail(token->kind, &token->user, now, ret_mail));
  ret_mail->expires_at = token->expires_at;
  ret_mail->due = token->due;
  TRY(binding_of(domain, ret_mail, arena, &binding));
  return crypto_seal(&binding, token->token, arena, &ret_mail->sealed_token);
}

RESULT domain_notice_token_put(const struct signin *s, struct store_tx *tx, const struct notice_token *token)
{
  struct store_outbox mail;
  TRY(new_token_mail(s->domain, token, s->now, s->arena, &mail));
  mail.address = s->address;
  return store_outbox_tell(tx, &mail, kinds[token->kind].hush);
}

RESULT domain_notice_token_change(const struct change *change, const struct notice_token *token)
{
  struct store_outbox mail;
  TRY(new_token_mail(change->domain, token, change->now, change->arena, &mail));
  return store_outbox_put(change->tx, &mail);
}

RESULT domain_notice_link(const struct domain *domain, const struct store_outbox *mail, struct arena *arena,
                          struct str *ret_link)
{
  struct crypto_binding binding;
  struct str token;
  *ret_link = STR_NONE;
  if (!mail->sealed_token.p)
    return R_OK;
  TRY(binding_of(domain, mail, arena, &binding));
  enum result r = crypto_unseal(&binding, mail->sealed_token, arena, &token);
  if (r != R_OK)
    return r == R_NOT_FOUND ? FAULT(R_INTERNAL) : r;
  bool reset = str_is(mail->kind, kinds[NOTICE_RESET].name);
  return domain_link_make(domain, reset ? STORE_RESET : STORE_INVITATION, token, arena, ret_link);
}
