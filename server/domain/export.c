/* Says of an export who made it, what of, and how much it was. */
#include "domain/export.h"
#include "base/buf.h"
#include "domain/audit.h"

enum { NOTE_MOST = 1024 };

RESULT domain_export_note(struct change *change, const struct export_note *note)
{
  struct buf text = buf_in(change->arena, NOTE_MOST);
  buf_put(&text, STR("{\"format\":"));
  buf_put_json(&text, note->format);
  buf_put(&text, STR(",\"scope\":"));
  buf_put_json(&text, note->scope);
  if (note->complete)
    buf_print(&text, ",\"rows\":%lld", (long long)note->rows);
  buf_print(&text, ",\"complete\":%s}", note->complete ? "true" : "false");
  struct audit_record record = {
      .tenant = note->tenant, .object_kind = "tenant", .object = note->tenant, .after = buf_str(&text)};
  return record.after.p ? domain_audit_done(change, &record) : R_NO_MEMORY;
}
