/* Reads a conninfo as libpq would, and lets only sockets and verified servers be spoken to.
   Trusts: nothing of it; what it leaves open (PGHOST, a service file) is judged again once connected. */
#include "db/link.h"
#include "db/failure.h"
#include <libpq-fe.h>
#include <string.h>

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
  for (const PQconninfoOption *o = options; o->keyword; o++)
    if (strcmp(o->keyword, keyword) == 0)
      return o->val ? o->val : "";
  return "";
}

/* Of several hosts, parted by commas, libpq may take any. */
static bool names_network(const char *hosts)
{
  for (const char *host = hosts; host; host = strchr(host, ',')) {
    host += *host == ',';
    if (*host != '\0' && *host != ',' && *host != '/' && *host != '@')
      return true;
  }
  return false;
}

RESULT db_link_judge(const char *conninfo, const char **ret_channel_binding)
{
  char *said = NULL;
  PQconninfoOption *options = PQconninfoParse(conninfo, &said);
  bool starved = !options && (!said || strstr(said, "out of memory"));
  PQfreemem(said);
  if (starved)
    return R_NO_MEMORY;
  if (!options)
    return db_failure_say(R_RULE, "database_url cannot be read");
  const char *mode = value_of(options, "sslmode");
  bool network = names_network(value_of(options, "host")) || names_network(value_of(options, "hostaddr"));
  bool verified = mode[0] == '\0' || strcmp(mode, "verify-full") == 0;
  PQconninfoFree(options);
  if (network && !verified)
    return db_failure_say(R_RULE, "over a network the database must be reached with sslmode=verify-full");
  *ret_channel_binding = network ? "require" : "prefer";
  return R_OK;
}
