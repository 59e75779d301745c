/* Writes links. Trusts: the settings. */
#include "domain/link.h"

RESULT domain_link_make(const struct domain *domain, enum store_invitation_purpose purpose, struct str token,
                        struct arena *arena, struct str *ret_link)
{
  struct str page = purpose == STORE_RESET ? domain->mail.reset_url : domain->mail.accept_url;
  struct str base = domain->base_url;
  const char *path = purpose == STORE_RESET ? "reset" : "accept";
  *ret_link = page.n ? arena_print(arena, "%.*s#token=%.*s", (int)page.n, page.p, (int)token.n, token.p)
                     : arena_print(arena, "%.*s/%s#token=%.*s", (int)base.n, base.p, path, (int)token.n, token.p);
  return ret_link->p ? R_OK : R_NO_MEMORY;
}
