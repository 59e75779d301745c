/* Links are made of the settings alone. */
#include "domain/link.h"
#include "support/estate.h"

static struct str link_of(const struct domain *domain, enum store_invitation_purpose purpose)
{
  struct str link;
  assert_ok(domain_link_make(domain, purpose, STR("bwx_1"), estate_arena(), &link));
  return link;
}

static void the_token_stands_in_the_fragment_below_the_base(void **state)
{
  (void)state;
  struct domain domain = {.base_url = STR("https://access.example/id")};
  assert_str(link_of(&domain, STORE_INVITATION), "https://access.example/id/accept#token=bwx_1");
  assert_str(link_of(&domain, STORE_RESET), "https://access.example/id/reset#token=bwx_1");
}

static void a_portals_pages_take_their_place(void **state)
{
  (void)state;
  struct domain domain = {
      .base_url = STR("https://access.example"),
      .mail = {.accept_url = STR("https://portal.example/welcome"), .reset_url = STR("https://p.example/new")}};
  assert_str(link_of(&domain, STORE_INVITATION), "https://portal.example/welcome#token=bwx_1");
  assert_str(link_of(&domain, STORE_RESET), "https://p.example/new#token=bwx_1");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(the_token_stands_in_the_fragment_below_the_base),
      estate_test(a_portals_pages_take_their_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
