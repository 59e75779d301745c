/* Reads what stands in a tenant as an import takes it. */
#include "store/export.h"
#include "store/run.h"

RESULT store_export_tenants(const struct store_call *call, const struct store_export *what, struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_span(&v, &what->range, call->arena));
  db_put_text(&v, what->range.after_path.n ? what->range.after_path : what->range.low);
  store_run_put_id(&v, &what->parent);
  db_put_bool(&v, what->importable);
  db_put_int(&v, what->range.limit);
  return store_run_page(call, SQL_export_tenants, &v, ret_page);
}

static RESULT page_of(const struct store_call *call, enum statement statement, const struct store_export *what,
                      struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, &what->range, call->arena));
  db_put_bool(&v, what->importable);
  db_put_int(&v, what->range.limit);
  return store_run_page(call, statement, &v, ret_page);
}

RESULT store_export_users(const struct store_call *call, const struct store_export *what, struct store_page *ret_page)
{
  return page_of(call, SQL_export_users, what, ret_page);
}

RESULT store_export_grants(const struct store_call *call, const struct store_export *what, struct store_page *ret_page)
{
  return page_of(call, SQL_export_grants, what, ret_page);
}

RESULT store_export_groups(const struct store_call *call, const struct store_export *what, struct store_page *ret_page)
{
  return page_of(call, SQL_export_groups, what, ret_page);
}

RESULT store_export_memberships(const struct store_call *call, const struct store_export *what,
                                struct store_page *ret_page)
{
  return page_of(call, SQL_export_memberships, what, ret_page);
}
