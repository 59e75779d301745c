/* Catching up with the database at one reader's request. */
#include "policy/current.h"
#include "base/clock.h"
#include "store/installation.h"

bool policy_catch_up(struct policy *policy, const struct store_call *call, uint64_t seen)
{
  uint64_t revision;
  if (store_installation_revision(call, &revision) != R_OK || revision <= seen)
    return false;
  return policy_wait(policy, revision, clock_monotonic() + 2 * CLOCK_SECOND) == R_OK;
}
