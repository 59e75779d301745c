/* Takes, writes and hands over one mail. Trusts: nothing that stands in the outbox but what was sealed. */
#include "jobs/courier.h"
#include "base/metric.h"
#include "domain/notice.h"
#include "jobs/letter.h"
#include "jobs/template.h"
#include "store/audit.h"
#include "store/outbox.h"

enum { REFUSALS_MOST = 3, WAIT_LEAST = 30, WAIT_MOST = 3600, WAIT_UNAVAILABLE = 15 };
static const int64_t database_time = 30 * CLOCK_SECOND;

#define PRODUCT STR("Bailiwick")

static struct store_call call_of(const struct jobs_courier *courier, struct arena *arena)
{
  return (struct store_call){
      .pool = courier->domain->auth, .arena = arena, .deadline = clock_monotonic() + database_time};
}

/* Thirty seconds, then twice as long each time, up to an hour. */
static int64_t wait_after(int attempts)
{
  int64_t wait = WAIT_LEAST;
  while (--attempts > 0 && wait < WAIT_MOST)
    wait *= 2;
  return wait < WAIT_MOST ? wait : WAIT_MOST;
}

static RESULT write_values(const struct jobs_courier *courier, const struct store_outbox_mail *mail,
                           struct arena *arena, struct jobs_template_values *ret_values)
{
  char when[CLOCK_TEXT], until[CLOCK_TEXT];
  struct jobs_template_values values = {.product = PRODUCT,
                                        .name = mail->display_name,
                                        .login = mail->login,
                                        .tenant = mail->tenant_name,
                                        .code = mail->tenant_code,
                                        .address = mail->mail.address};
  clock_format(mail->mail.happened_at, when);
  clock_format(mail->mail.expires_at, until);
  /* To the minute, as people say it. */
  values.when = arena_print(arena, "%.10s %.5s UTC", when, when + 11);
  values.until = arena_print(arena, "%.10s %.5s UTC", until, until + 11);
  if (!values.when.p || !values.until.p)
    return R_NO_MEMORY;
  TRY(domain_notice_link(courier->domain, &mail->mail, arena, &values.link));
  *ret_values = values;
  return R_OK;
}

static RESULT write_letter(const struct jobs_courier *courier, const struct store_outbox_mail *mail,
                           struct arena *arena, struct str *ret_message)
{
  struct jobs_template_values values;
  struct jobs_template_text text;
  char id[UUID_TEXT];
  TRY(write_values(courier, mail, arena, &values));
  TRY(jobs_template_fill(STR("en"), mail->mail.kind, &values, arena, &text));
  uuid_format(&mail->mail.id, id);
  struct jobs_letter letter = {.from_name = PRODUCT,
                               .from = courier->from,
                               .to = mail->mail.recipient,
                               .subject = text.subject,
                               .body = text.body,
                               .id = str_of(id),
                               .date = mail->mail.happened_at};
  return jobs_letter_write(&letter, arena, ret_message);
}

static RESULT end(const struct jobs_courier *courier, const struct store_outbox_mail *mail, const char *given_up,
                  struct arena *arena)
{
  struct store_call store = call_of(courier, arena);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_outbox_end(tx, &mail->mail.id, !given_up);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_OK : r;
  struct store_audit_of_person event = {.person = mail->mail.user,
                                        .at = clock_now(),
                                        .actor_kind = STR("system"),
                                        .action = STR("deliverMail"),
                                        .outcome = STR("failed"),
                                        .reason = str_of(given_up)};
  if (given_up)
    TRY(store_audit_of_person(tx, &event));
  return store_tx_commit(tx, &revision);
}

static RESULT give_up(struct jobs_courier *courier, const struct store_outbox_mail *mail, const char *why,
                      struct arena *arena)
{
  char id[UUID_TEXT];
  uuid_format(&mail->mail.id, id);
  TRY(end(courier, mail, why, arena));
  atomic_fetch_add(&courier->given_up, 1);
  log_line(LOG_WARN, "mail %s (%.*s) is given up after %d attempts: %s", id, (int)mail->mail.kind.n, mail->mail.kind.p,
           mail->attempts, why);
  return R_OK;
}

static RESULT put_off(struct jobs_courier *courier, const struct store_outbox_mail *mail, enum result why,
                      struct arena *arena)
{
  struct store_call store = call_of(courier, arena);
  bool refused = why == R_RULE;
  int64_t wait = why == R_UNAVAILABLE ? WAIT_UNAVAILABLE : wait_after(mail->attempts);
  if (refused)
    atomic_fetch_add(&courier->refused, 1);
  if (refused && mail->refusals + 1 >= REFUSALS_MOST)
    return give_up(courier, mail, "refused", arena);
  atomic_fetch_add(&courier->deferred, 1);
  TRY(store_outbox_defer(&store, &mail->mail.id, wait, refused));
  return why == R_UNAVAILABLE ? R_UNAVAILABLE : R_OK;
}

RESULT jobs_courier_step(struct jobs_courier *courier, struct arena *arena)
{
  struct store_call store = call_of(courier, arena);
  struct store_outbox_mail mail;
  struct str message;
  TRY(store_outbox_take(&store, JOBS_COURIER_LEASE, courier->interval, &mail));
  if (mail.mail.expires_at <= clock_now())
    return give_up(courier, &mail, "expired", arena);
  enum result r = write_letter(courier, &mail, arena, &message);
  if (r == R_MALFORMED)
    return give_up(courier, &mail, "bad_address", arena);
  if (r == R_NOT_FOUND || r == R_INTERNAL || r == R_TOO_LARGE)
    return give_up(courier, &mail, "unreadable", arena);
  TRY(r);
  struct jobs_parcel parcel = {courier->from, mail.mail.recipient, message};
  r = courier->deliver(courier->post, &parcel);
  if (r == R_MALFORMED)
    return give_up(courier, &mail, "no_smtputf8", arena);
  if (r != R_OK)
    return put_off(courier, &mail, r, arena);
  /* Where this fails it goes out once more: twice is better than never. */
  atomic_fetch_add(&courier->sent, 1);
  return end(courier, &mail, NULL, arena);
}

void jobs_courier_metrics(const struct jobs_courier *courier, struct buf *text)
{
  const struct {
    const char *name, *help;
    unsigned long long value;
  } rows[] = {
      {"bailiwick_mail_sent_total", "Mails that a server took over.", atomic_load(&courier->sent)},
      {"bailiwick_mail_deferred_total", "Attempts after which a mail waits.", atomic_load(&courier->deferred)},
      {"bailiwick_mail_refused_total", "Attempts that a server refused for good.", atomic_load(&courier->refused)},
      {"bailiwick_mail_given_up_total", "Mails that nobody will get.", atomic_load(&courier->given_up)},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    metric_put(text, rows[i].name, "counter", rows[i].help, (double)rows[i].value);
}
